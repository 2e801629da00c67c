using PieService.Domain.Runs;

namespace PieService.Domain.Tests.Runs;

public class RunPruningTests
{
    [Theory]
    [InlineData(0.8, 0.6, 0.25)]
    [InlineData(0.5, 0.75, -0.5)]
    [InlineData(0.0, 0.0, 0.0)]
    public void Stability_is_the_share_of_the_accuracy_that_a_pruning_costs(
        double before, double after, double stability) =>
        // The 1e-9 in the formula changes the quotient by less than 1e-8.
        Assert.Equal(stability, Pruning(before, after).Stability!.Value, 1e-8);

    [Fact]
    public void Stability_is_finite_if_the_accuracy_before_is_0() =>
        Assert.Equal(-0.1 / 1e-9, Pruning(0, 0.1).Stability!.Value, 1e-3);

    [Fact]
    public void Without_accuracies_there_is_no_stability() => Assert.Null(Pruning(null, null).Stability);

    [Fact]
    public void A_pruning_is_unchanged_after_a_round_trip_through_JSON()
    {
        var pruning = Pruning(1 / 3.0, 0.1 + 0.2);
        Assert.Equal(pruning, Json.Read<RunPruning>(Json.Write(pruning)));
    }

    [Fact]
    public void Compression_is_the_number_of_all_weights_over_that_of_the_kept_ones()
    {
        Assert.Equal(
            (75.0, 4.0), (new PrunableWeights(400, 100).AchievedSparsity, new PrunableWeights(400, 100).Compression));
        Assert.Equal(
            (0.0, 1.0), (new PrunableWeights(400, 400).AchievedSparsity, new PrunableWeights(400, 400).Compression));
        Assert.Equal(
            (100.0, null), (new PrunableWeights(400, 0).AchievedSparsity, new PrunableWeights(400, 0).Compression));
    }

    private static RunPruning Pruning(double? before, double? after) => new(2, 50, 2, before, after);
}
