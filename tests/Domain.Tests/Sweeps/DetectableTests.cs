using PieService.Domain.Sweeps;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Sweeps;

public class DetectableTests
{
    /// <summary>Votes of 8 : 0 against 0 : 8 have the p value 2 / binom(16, 8) with certainty.</summary>
    [Fact]
    public void An_effect_on_every_run_reaches_the_smallest_p_value()
    {
        var shares = Detectable.Of(seeds: 8, examples: 500).Shares[0];

        Close(1, shares.Power);
        Assert.InRange(shares.Alpha, 2.0 / 12_870, 0.05 * 0.1);
        Close(2.0 / 12_870 / 0.1, shares.SmallestQ);
        Close(0.1, shares.Excess);
    }

    [Fact]
    public void A_weaker_effect_has_less_power_and_a_larger_q_value()
    {
        var shares = Detectable.Of(seeds: 8, examples: 500).Shares;

        Assert.Equal(shares.Select(one => one.Power).OrderDescending(), shares.Select(one => one.Power));
        Assert.Equal(shares.Select(one => one.SmallestQ).Order(), shares.Select(one => one.SmallestQ));
    }

    /// <summary>t = 2.3646 for 7 degrees of freedom; a fifth of the examples have dense shares of 0.8.</summary>
    [Fact]
    public void The_smallest_excess_is_80_percent_likely_to_be_above_its_error()
    {
        var excess = Detectable.Of(8, 500).Excess!.Value;

        var d = Math.Sqrt(excess / 0.2);
        var w = 0.16 + ((0.8 - d) * (0.2 + d));
        var linear = 4 * d * d * w / 8;
        var (error, sd) = (Math.Sqrt((4 * w * w / (8 * 6)) + linear), Math.Sqrt((2 * w * w / (8 * 7)) + linear));
        Assert.Equal(((2.3646 * error) + (0.8416 * sd)) * Math.Sqrt(0.2 / 500), excess, 1e-6);
        Assert.True(Detectable.Of(8, 50_000).Excess < excess / 9);
        Assert.True(Detectable.Of(30, 500).Excess < excess / 3);
    }

    [Fact]
    public void A_few_examples_and_seeds_cannot_show_any_excess()
    {
        var detectable = Detectable.Of(3, 8);

        Assert.Null(detectable.Excess);
        Assert.Contains("no excess has an interval above 0", detectable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_seeds_have_no_interval_and_the_reason_states_what_to_do()
    {
        var detectable = Detectable.Of(2, 500);

        Assert.Null(detectable.Excess);
        Assert.Contains("set a larger seeds.count", detectable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_seeds_show_at_least_what_200_do() =>
        Assert.Equal(Detectable.Of(200, 500).Shares, Detectable.Of(1000, 500).Shares);
}
