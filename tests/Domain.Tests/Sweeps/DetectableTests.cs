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

    /// <summary>t = 2.3646 for 7 degrees of freedom, and v = 0.16 for a fifth of the examples.</summary>
    [Fact]
    public void The_smallest_excess_follows_from_the_seeds_and_the_examples()
    {
        var sd = Math.Sqrt(8 * 0.2 * 0.16 * 0.16 / (8 * 7 * 500));

        Assert.Equal(sd * ((Math.Sqrt(2) * 2.3646) + 0.8416), Detectable.Of(8, 500).Excess!.Value, 1e-6);
        Close(Detectable.Of(8, 500).Excess / 10, Detectable.Of(8, 50_000).Excess);
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
