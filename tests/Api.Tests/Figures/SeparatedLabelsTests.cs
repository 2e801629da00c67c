using PieService.Api.Figures;

namespace PieService.Api.Tests.Figures;

public sealed class SeparatedLabelsTests
{
    [Theory]
    [InlineData("a,b", "a|b")]
    [InlineData("a,b,c", "a,b|c")]
    [InlineData("b,a,b", "b|a,b")]
    [InlineData("a, b", "a| b")]
    [InlineData("x,y", "x|y")]
    [InlineData(",", ",")]
    public void A_label_may_have_commas(string names, string found)
    {
        string[] labels = found.Contains("a,b", StringComparison.Ordinal) ? ["a", "b", "a,b", "c"] : ["a", "b", ","];

        Assert.Equal(found.Split('|'), SeparatedLabels.Of(names, labels));
    }

    /// <summary>As many as an address has room for; all their unions would take minutes.</summary>
    [Fact]
    public void Commas_that_no_label_has_cost_no_time()
    {
        var found = SeparatedLabels.Of(new string(',', 8_000), ["a", "b"]);

        Assert.Equal(8_001, found.Count());
    }
}
