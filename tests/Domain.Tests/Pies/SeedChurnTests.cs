using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using static PieService.Domain.Tests.Pies.Answers;

namespace PieService.Domain.Tests.Pies;

public class SeedChurnTests
{
    [Fact]
    public void Churn_is_the_share_of_predictions_that_pruning_changed_seed_by_seed() => Assert.Equal(
        [0.25, 1.0],
        PerSeed([Packed(0, 1, 2, 0), Packed(0, 0, 0, 0)], [Packed(0, 1, 1, 0), Packed(1, 1, 1, 1)]));

    [Fact]
    public void Cohorts_of_different_seeds_are_refused() =>
        Assert.Throws<ArgumentException>(() => PerSeed([Packed(0)], [Packed(0), Packed(1)]));

    [Fact]
    public void For_multi_label_data_churn_is_the_share_of_examples_whose_sets_differ() => Assert.Equal(
        [0.5], PerSeed([Sets([0, 1], [])], [Sets([0], [])]));

    [Fact]
    public void Without_pairs_a_pruned_run_is_compared_with_every_dense_run()
    {
        var churn = new SeedChurn(new(2, 1, Paired: false));
        churn.Add([Packed(0, 1, 2, 0), Packed(0, 0, 0, 0)], [Packed(0, 1, 1, 1)]);
        Assert.Equal([(2 + 3) / 8.0], churn.PerRun);

        var ofSets = new SeedChurn(new(1, 2, Paired: false));
        ofSets.Add([Sets([0, 1], [])], [Sets([0], []), Sets([0, 1], [])]);
        Assert.Equal([0.5, 0], ofSets.PerRun);
    }

    [Fact]
    public void Blocks_are_counted_together()
    {
        var churn = new SeedChurn(ComparedCohorts.OfSeeds(1));
        churn.Add([Packed(0, 1)], [Packed(0, 0)]);
        churn.Add([Packed(2, 1)], [Packed(2, 1)]);

        Assert.Equal([0.25], churn.PerRun);
    }

    private static IReadOnlyCollection<double> PerSeed(PackedLabels[] dense, PackedLabels[] pruned)
    {
        var churn = new SeedChurn(ComparedCohorts.OfSeeds(dense.Length));
        churn.Add(dense, pruned);
        return churn.PerRun;
    }

    private static PackedLabels Sets(params short[][] sets) => PackedLabels.Of(LearningTask.MultiLabel, 2, sets);
}
