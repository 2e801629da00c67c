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
            VotePower.OfTwoLabels(
                golden.Number("share_dense"), golden.Number("share_pruned"), seeds, seeds, golden.Number("alpha")));
    });

    [Fact]
    public void Power_is_that_of_the_reference() => Each("analysis.json", "power", golden =>
    {
        var seeds = golden.Int("seeds");

        CloseP(
            golden.Number("power"),
            VotePower.OfTwoLabels(
                golden.Number("dense_share"), golden.Number("pruned_share"), seeds,
                golden.TryGetProperty("pruned_seeds", out var pruned) ? pruned.GetInt32() : seeds,
                golden.Number("alpha")));
    });

    [Fact]
    public void The_seeds_needed_are_those_of_the_reference() => Each("analysis.json", "seeds_needed", golden =>
        Assert.Equal(
            golden.Optional("seeds"),
            VotePower.SeedsNeeded(
                golden.Number("dense_share"), golden.Number("pruned_share"), golden.Number("alpha"),
                golden.Number("power"))));

    [Fact]
    public void The_level_for_q_is_that_of_the_reference() => Each("analysis.json", "level_for_q", golden =>
    {
        var seeds = golden.Int("seeds");

        var (alpha, power) = VotePower.AtQ(
            golden.Number("dense_share"), golden.Number("pruned_share"), seeds, seeds, golden.Number("q"),
            golden.Number("affected"));

        CloseP(golden.Number("alpha"), alpha);
        CloseP(golden.Number("power"), power);
    });

    [Fact]
    public void Without_a_difference_no_number_of_seeds_is_enough() =>
        Assert.Null(VotePower.SeedsNeeded(0.5, 0.5, 0.05, 0.8));

    [Fact]
    public void Without_a_difference_no_level_is_allowed() =>
        Assert.Equal((0, 0), VotePower.AtQ(1, 1, 8, 8, 0.05, 0.1));

    /// <summary>The standard error of 20,000 draws is at most 0.0035.</summary>
    [Fact]
    public void Drawn_cohorts_have_the_power_of_two_labels()
    {
        var drawn = VotePower.OfLabels([0.8, 0.2], [0.4, 0.6], 12, 10, 0.05);

        Assert.Equal(VotePower.OfTwoLabels(0.8, 0.4, 12, 10, 0.05), drawn, 0.015);
        Assert.Equal(drawn, VotePower.OfLabels([0.8, 0.2], [0.4, 0.6], 12, 10, 0.05));
    }

    [Fact]
    public void Arguments_outside_their_ranges_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VotePower.OfTwoLabels(1.1, 0.5, 8, 8, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => VotePower.OfTwoLabels(0.5, 0.5, 0, 8, 0.05));
        Assert.Throws<ArgumentException>(() => VotePower.OfLabels([1], [0.5, 0.5], 8, 8, 0.05));
    }
}
