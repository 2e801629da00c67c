namespace PieService.Domain.Tests;

public sealed class ReadableTextTests
{
    [Fact]
    public void Lines_have_only_characters_that_the_database_accepts()
    {
        // Not a theory: half of a pair of surrogates does not survive in an attribute.
        Assert.Equal("It ended.\nline  two", ReadableText.Lines("It ended.\r\nline\t\0two"));
        Assert.Equal("cut: \ufffd", ReadableText.Lines("cut: \ud83d"));
        Assert.Equal("\ufffd \ud83d\ude00 ö\n", ReadableText.Lines("\udc00 \ud83d\ude00 ö\n"));
    }

    [Fact]
    public void A_line_has_no_line_ends_and_a_bounded_length()
    {
        Assert.Equal("two lines", ReadableText.Line("two\nlines"));
        Assert.Equal(1000, ReadableText.Line(new string('x', 5000)).Length);
    }
}
