using PieService.Api.Pages;
using PieService.Domain.Statistics;

namespace PieService.Api.Tests.Pages;

public class ShownTests
{
    /// <summary>Of three seeds, the formula gives an interval of more than all examples.</summary>
    [Theory]
    [InlineData(0.6, -0.691, 1.891, "60.0 % (\u221269.1 to 100.0)")]
    [InlineData(-0.4, -1.5, 0.7, "\u221240.0 % (\u2212100.0 to 70.0)")]
    [InlineData(0.1, 0.05, 0.15, "10.0 % (5.0 to 15.0)")]
    public void The_interval_of_an_excess_is_within_all_examples(double value, double low, double high, string text) =>
        Assert.Equal(text, Shown.Excess(new Estimate(value, 0.1, low, high)));

    [Theory]
    [InlineData(0.5, false, "0.500")]
    [InlineData(0, true, "0.000 (tie)")]
    [InlineData(1, true, "1.000 (tie on another label)")]
    public void A_tie_is_stated_beside_the_margin_to_which_it_belongs(double margin, bool tied, string text) =>
        Assert.Equal(text, Shown.Margin(margin, tied));
}
