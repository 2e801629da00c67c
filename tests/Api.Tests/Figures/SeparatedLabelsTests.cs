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
}
