using PieService.Api.Pages;

namespace PieService.Api.Tests.Pages;

public class ShownTests
{
    [Theory]
    [InlineData(0.5, false, "0.500")]
    [InlineData(0, true, "0.000 (tie)")]
    [InlineData(1, true, "1.000 (tie on another label)")]
    public void A_tie_is_stated_beside_the_margin_to_which_it_belongs(double margin, bool tied, string text) =>
        Assert.Equal(text, Shown.Margin(margin, tied));
}
