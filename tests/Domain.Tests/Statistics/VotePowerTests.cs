using System.Text.Json;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class VotePowerTests
{
    [Fact]
    public void Power_is_that_of_SciPy() => Each("statistics.json", "power_of_exact_test_two_classes", golden =>
    {
        var seeds = golden.Int("seeds_per_cohort");

        CloseP(
            golden.Number("power"),
            Power(golden.Number("share_dense"), golden.Number("share_pruned"))
                .At(new TestLevel.Alpha(golden.Number("alpha")), seeds, seeds).Power);
    });

    [Fact]
    public void Power_is_that_of_the_reference() => Each("analysis.json", "power", golden =>
    {
        var seeds = golden.Int("seeds");

        CloseP(
            golden.Number("power"),
            Of(golden).At(
                new TestLevel.Alpha(golden.Number("alpha")), seeds,
                golden.TryGetProperty("pruned_seeds", out var pruned) ? pruned.GetInt32() : seeds).Power);
    });

    [Fact]
    public void The_seeds_needed_are_those_of_the_reference() => Each("analysis.json", "seeds_needed", golden =>
        Assert.Equal(
            golden.Optional("seeds"),
            Of(golden).SeedsNeeded(new TestLevel.Alpha(golden.Number("alpha")), golden.Number("power"))));

    [Fact]
    public void The_level_for_q_is_that_of_the_reference() => Each("analysis.json", "level_for_q", golden =>
    {
        var seeds = golden.Int("seeds");

        var (alpha, power) =
            Of(golden).At(new TestLevel.Q(golden.Number("q"), golden.Number("affected")), seeds, seeds);

        CloseP(golden.Number("alpha"), alpha);
        CloseP(golden.Number("power"), power);
    });

    [Fact]
    public void Without_a_difference_no_number_of_seeds_is_enough() =>
        Assert.Null(Power(0.5, 0.5).SeedsNeeded(new TestLevel.Alpha(0.05), 0.8));

    [Fact]
    public void Without_a_difference_no_level_is_allowed() =>
        Assert.Equal((0, 0), Power(1, 1).At(new TestLevel.Q(0.05, 0.1), 8, 8));

    /// <summary>The threshold of q that allows exactly one level is the smallest q.</summary>
    [Fact]
    public void No_threshold_below_the_smallest_q_allows_a_level()
    {
        var smallest = Power(0.9, 0.1).SmallestQ(affected: 0.1, 8, 8);

        Assert.InRange(smallest, 0.0001, 0.05);
        Assert.True(Power(0.9, 0.1).At(new TestLevel.Q(smallest * 1.0001, 0.1), 8, 8).Power > 0);
        Assert.Equal((0, 0), Power(0.9, 0.1).At(new TestLevel.Q(smallest * 0.9999, 0.1), 8, 8));
        Assert.Equal(1, Power(1, 1).SmallestQ(affected: 0.1, 8, 8));
    }

    /// <summary>Votes of 3 against 3 runs have a p of 2 / 20 at least, which is the affected share.</summary>
    [Fact]
    public void A_smallest_q_of_1_is_not_smaller_by_rounding() =>
        Assert.Equal(1, Power(1, 0).SmallestQ(affected: 0.1, 3, 3));

    /// <summary>Two labels without votes change nothing.</summary>
    [Fact]
    public void Four_labels_have_the_power_of_the_two_that_have_votes()
    {
        VotePower drawn = new([0.8, 0, 0.2, 0], [0.4, 0, 0.6, 0]), exact = Power(0.8, 0.4);
        var alpha = new TestLevel.Alpha(0.05);

        Assert.Equal(exact.At(alpha, 12, 10).Power, drawn.At(alpha, 12, 10).Power, 0.015);
        Assert.InRange(drawn.SeedsNeeded(alpha, 0.8)!.Value - exact.SeedsNeeded(alpha, 0.8)!.Value, -3, 3);
    }

    /// <summary>Almost every pair of cohorts has other votes.</summary>
    [Fact]
    public void Four_labels_with_votes_have_the_power_of_other_orders_and_of_more_seeds()
    {
        double[] dense = [0.4, 0.3, 0.2, 0.1], pruned = [0.1, 0.2, 0.3, 0.4];
        var alpha = new TestLevel.Alpha(0.05);

        var power = new VotePower(dense, pruned).At(alpha, 12, 12).Power;

        Assert.Equal(power, new VotePower([.. dense.Reverse()], [.. pruned.Reverse()]).At(alpha, 12, 12).Power, 0.015);
        Assert.InRange(power, 0.1, new VotePower(dense, pruned).At(alpha, 20, 20).Power - 0.1);
    }

    [Fact]
    public void A_threshold_of_q_needs_more_seeds_than_the_same_level()
    {
        var (alpha, q) = (new TestLevel.Alpha(0.05), new TestLevel.Q(0.05, 0.1));

        Assert.True(Power(0.9, 0.3).SeedsNeeded(alpha, 0.8) < Power(0.9, 0.3).SeedsNeeded(q, 0.8));
    }

    /// <summary>
    /// A third label without votes changes nothing. The standard error of 20,000 draws is at most 0.0035.
    /// </summary>
    [Fact]
    public void Drawn_cohorts_have_the_power_of_two_labels()
    {
        VotePower drawn = new([0.8, 0.2, 0], [0.4, 0.6, 0]), exact = Power(0.8, 0.4);
        var alpha = new TestLevel.Alpha(0.05);

        Assert.True(exact.IsExact);
        Assert.False(drawn.IsExact);
        Assert.Equal(exact.At(alpha, 12, 10).Power, drawn.At(alpha, 12, 10).Power, 0.015);
        Assert.Equal(drawn.At(alpha, 12, 10), new VotePower([0.8, 0.2, 0], [0.4, 0.6, 0]).At(alpha, 12, 10));
        Assert.Equal(
            exact.At(new TestLevel.Q(0.05, 0.1), 20, 20).Power, drawn.At(new TestLevel.Q(0.05, 0.1), 20, 20).Power,
            0.02);
        Assert.InRange(drawn.SeedsNeeded(alpha, 0.8)!.Value - exact.SeedsNeeded(alpha, 0.8)!.Value, -3, 3);
        Assert.Null(drawn.SeedsNeeded(alpha, 0.99999));
    }

    [Fact]
    public void Arguments_outside_their_ranges_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Power(1.1, 0.5));
        Assert.Throws<ArgumentException>(() => new VotePower([1], [1]));
        Assert.Throws<ArgumentException>(() => new VotePower([0.5, 0.5], [0.5, 0.3, 0.2]));
        Assert.Throws<ArgumentException>(() => new VotePower([0, 0], [0.5, 0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Power(0.5, 0.5).At(new TestLevel.Alpha(0.05), 0, 8));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new VotePower([1, 0, 0], [0, 1, 0]).At(new TestLevel.Alpha(0.05), 65, 8));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new VotePower([1, 0, 0, 0], [0, 1, 0, 0]).At(new TestLevel.Alpha(0.05), 8, 41));
    }

    private static VotePower Of(JsonElement golden) =>
        Power(golden.Number("dense_share"), golden.Number("pruned_share"));

    private static VotePower Power(double dense, double pruned) => new([dense, 1 - dense], [pruned, 1 - pruned]);
}
