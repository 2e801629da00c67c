using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class MannWhitneyTests
{
    [Fact]
    public void U_and_p_are_those_of_SciPy() => Each("statistics.json", "mann_whitney", golden =>
    {
        var test = MannWhitney.Of(golden.Numbers("a"), golden.Numbers("b"));

        Close(golden.Number("u"), test.U);
        CloseP(golden.Number("p_asymptotic_with_continuity_and_tie_correction"), test.P);
        Close(golden.Number("cliffs_delta"), test.CliffsDelta);
    });

    [Fact]
    public void The_interval_of_delta_is_that_of_DeLong() => Each("analysis.json", "text_ratio", golden =>
    {
        var (test, expected) =
            (MannWhitney.Of(golden.Numbers("pies"), golden.Numbers("rest")), golden.GetProperty("expected"));

        Close(expected.Optional("cliffs_delta"), test.CliffsDelta);
        Close(expected.Optional("cliffs_low"), test.Low);
        Close(expected.Optional("cliffs_high"), test.High);
    });

    /// <summary>Every pair is counted, which the ranks need not do.</summary>
    [Fact]
    public void U_is_the_number_of_pairs_in_which_the_group_is_larger()
    {
        var random = KeyedRandom.For("mann whitney");
        for (var draw = 0; draw < 50; draw++)
        {
            double[] x = Values(1 + random.NextInt(9)), y = Values(1 + random.NextInt(9));

            var test = MannWhitney.Of(x, y);

            Assert.Equal(x.Sum(a => y.Sum(b => a > b ? 1 : a == b ? 0.5 : 0)), test.U);
            var exchanged = MannWhitney.Of(y, x);
            Close(-test.CliffsDelta, exchanged.CliffsDelta);
            Close(-test.Low, exchanged.High);
            CloseP(test.P, exchanged.P);
        }

        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)random.NextInt(6))];
    }

    [Fact]
    public void Equal_values_do_not_differ()
    {
        var test = MannWhitney.Of([2, 2], [2, 2, 2]);

        Assert.Equal((1, 0), (test.P, test.CliffsDelta));
    }

    [Fact]
    public void A_group_of_one_has_no_interval() =>
        Assert.Equal((null, null), (MannWhitney.Of([1], [1, 2]).Low, MannWhitney.Of([1, 2], [1]).High));

    [Fact]
    public void An_empty_group_is_refused() => Assert.Throws<ArgumentException>(() => MannWhitney.Of([], [1]));
}
