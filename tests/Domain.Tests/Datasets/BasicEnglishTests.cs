using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class BasicEnglishTests
{
    [Theory]
    [InlineData("Two dogs are running. A man, outside, isn't sleeping!",
        "two|dogs|are|running|.|a|man|,|outside|,|isn|'|t|sleeping|!")]
    [InlineData("say \"hello\" (twice)?", "say|hello|(|twice|)|?")]
    [InlineData("semi;colon:s", "semi|colon|s")]
    [InlineData("one<br />two<BR />three <br/>four", "one|two|three|<br/>four")]
    [InlineData(
        "quotes vanish: in\"side a word, and <b\"r \"/> in a tag", "quotes|vanish|inside|a|word|,|and|in|a|tag")]
    [InlineData("a <br /", "a|<br|/")]
    [InlineData("a <br\u00a0/> b", "a|<br|/>|b")]
    [InlineData("a\u00a0b\u2003c\td\r\ne\u200bf\u001cg\u0085h", "a|b|c|d|e\u200bf|g|h")]
    [InlineData("\u0130stanbul", "i\u0307stanbul")]
    [InlineData(
        "\u039f\u0394\u039f\u03a3 \u03a3 \u03a3\u0391\u03a3.", "\u03bf\u03b4\u03bf\u03c2|\u03c3|\u03c3\u03b1\u03c2|.")]
    [InlineData("well-known state_of #tag 3.14", "well-known|state_of|#tag|3|.|14")]
    [InlineData("", "")]
    [InlineData(" \t ", "")]
    public void Words_are_those_of_torchtext(string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), BasicEnglish.Tokenise(text));

    [Fact]
    public void A_pair_is_joined_by_the_separator() =>
        Assert.Equal(["a", "dog", ".", "[SEP]", "a", "cat"], BasicEnglish.Tokenise("A dog.", "A cat"));

    [Fact]
    public void An_empty_second_text_is_still_a_pair() => Assert.Equal(["a", "[SEP]"], BasicEnglish.Tokenise("a", ""));

    [Fact]
    public void A_text_without_a_second_text_is_not_a_pair() => Assert.Equal(["a"], BasicEnglish.Tokenise("a", null));

    [Fact]
    public void A_long_text_is_tokenised_whole() =>
        Assert.Equal(5000, BasicEnglish.Tokenise(string.Join(' ', Enumerable.Repeat("word", 5000))).Count);
}
