using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Tests.Pies;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class SeedHalvesTests
{
    [Fact]
    public void Halves_are_those_of_the_reference() => Each("analysis.json", "halves", golden =>
    {
        var labels = golden.Int("labels");

        Compare(
            golden.GetProperty("expected"),
            InOneBlock.Halves(
                golden.Answers("gold", labels), golden.Runs("dense", labels), golden.Runs("pruned", labels),
                golden.Splits(), golden.Splits()));
    });

    [Fact]
    public void Halves_of_several_labels_are_those_of_the_reference() => Each(
        "analysis.json", "halves_several_labels", golden =>
        {
            var halves = InOneBlock.Halves(
                golden.Answers("gold", 0), golden.Runs("dense", 0), golden.Runs("pruned", 0), golden.Splits(),
                golden.Splits());

            var expected = golden.GetProperty("expected");
            Close(expected.Number("cells"), halves.Pies);
            CompareScores(expected.GetProperty("on_pies"), halves.OnPies);
            Close(expected.Optional("jaccard"), halves.Jaccard);
        });

    /// <summary>One of two labels is right in each cell, so these scores say nothing of the effect.</summary>
    [Fact]
    public void With_two_labels_the_scores_on_own_PIEs_have_the_sum_1()
    {
        var (gold, dense, pruned) = (Run("gold", 0, 2), Runs("dense", 2), Runs("pruned", 2));

        var halves = InOneBlock.Halves(gold, dense, pruned, Splits(8, 4), Splits(8, 4));

        Close(1, halves.OnOwnPies.Dense + halves.OnOwnPies.Pruned);
        Assert.NotEqual(1, halves.OnPies.Dense!.Value + halves.OnPies.Pruned!.Value, 3);
    }

    [Fact]
    public void The_disagreement_of_dense_halves_is_the_noise_floor()
    {
        var (gold, dense, pruned) = (Run("gold", 0, 3), Runs("dense", 3), Runs("pruned", 3));

        var halves = InOneBlock.Halves(gold, dense, pruned, Splits(8, 4), Splits(8, 4));

        Close(Answers.FloorOf(dense, cohortSize: 8).Mean, halves.Modal.Dense);
        Assert.Equal((4, 35), (halves.Seeds, halves.Splits));
    }

    [Fact]
    public void Cohorts_that_never_differ_have_no_PIEs_to_score()
    {
        PackedLabels[] runs = [.. Enumerable.Repeat(Run("same", 0, 3), 4)];

        var halves = InOneBlock.Halves(runs[0], runs, runs, [([0, 1], [2, 3])], [([0, 1], [2, 3])]);

        Assert.Equal((0, 0), (halves.Pies, halves.Modal.Cross));
        Assert.Equal(new CellScores(null, null), halves.OnPies);
        Assert.Equal(new CellScores(1, 1), halves.OnRest);
        Assert.Equal((null, null, null), (halves.Recurrence, halves.Jaccard, halves.Modal.SeedShare));
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(4, 8)]
    public void Cohorts_that_share_no_seeds_are_split_by_themselves(int denseRuns, int prunedRuns)
    {
        PackedLabels[] dense = Runs("dense", 3)[..denseRuns], pruned = Runs("pruned", 3)[..prunedRuns];

        var halves = InOneBlock.Halves(Run("gold", 0, 3), dense, pruned, Splits(denseRuns, 2), Splits(prunedRuns, 2));

        // 100 splits of 8 runs; 4 runs have only 3, which are repeated.
        Assert.Equal((2, 100), (halves.Seeds, halves.Splits));
        Close(
            Answers.FloorOf(denseRuns == 8 ? dense : pruned, cohortSize: 2).Mean,
            denseRuns == 8 ? halves.Modal.Dense : halves.Modal.Pruned);
    }

    /// <summary>A split has four modes of two bytes and six comparisons of one byte for each example.</summary>
    [Fact]
    public void A_split_allocates_a_few_bytes_for_each_example()
    {
        const int Examples = 5000;
        PackedLabels[] runs = [.. Enumerable.Range(0, 8).Select(run =>
            PackedLabels.OfClasses(3, Enumerable.Range(0, Examples).Select(i => (i + run) % 3)))];
        var splits = Splits(8, 4);
        var before = GC.GetAllocatedBytesForCurrentThread();

        InOneBlock.Halves(runs[0], runs, runs, splits, splits);

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange((double)bytes / Examples / splits.Length, 1, 20);
    }

    [Fact]
    public void Without_splits_there_are_no_halves()
    {
        Assert.Throws<ArgumentException>(() => Of([], Splits(8, 4)));
        Assert.Throws<ArgumentException>(() => Of(Splits(8, 4), []));
    }

    [Fact]
    public void Halves_of_different_sizes_are_refused() =>
        Assert.Throws<ArgumentException>(() => Of(Splits(8, 4), Splits(8, 3)));

    private static SeedHalves Of((int[] A, int[] B)[] ofDense, (int[] A, int[] B)[] ofPruned) =>
        InOneBlock.Halves(Run("gold", 0, 3), Runs("dense", 3), Runs("pruned", 3), ofDense, ofPruned);

    private static (int[] A, int[] B)[] Splits(int runs, int size) => [.. NoiseFloor.Pairs(runs, size)];

    internal static void Compare(JsonElement expected, SeedHalves halves)
    {
        var (modal, crossFit) = (expected.GetProperty("modal"), expected.GetProperty("cross_fit"));
        Close(modal.Number("dense"), halves.Modal.Dense);
        Close(modal.Number("pruned"), halves.Modal.Pruned);
        Close(modal.Number("cross"), halves.Modal.Cross);
        Close(modal.Number("excess"), halves.Modal.Excess);
        Close(modal.Number("p05"), halves.Modal.P05);
        Close(modal.Number("p50"), halves.Modal.P50);
        Close(modal.Number("p95"), halves.Modal.P95);
        Close(modal.Number("over_dense"), halves.Modal.OverDense);
        Close(modal.Optional("seed_share"), halves.Modal.SeedShare);
        Close(crossFit.Number("pies"), halves.Pies);
        CompareScores(crossFit.GetProperty("on_pies"), halves.OnPies);
        CompareScores(crossFit.GetProperty("on_pies_runs"), halves.OnPiesRuns);
        CompareScores(crossFit.GetProperty("on_rest"), halves.OnRest);
        CompareScores(crossFit.GetProperty("on_own_pies"), halves.OnOwnPies);
        Close(expected.Optional("recurrence"), halves.Recurrence);
        Close(expected.Optional("jaccard"), halves.Jaccard);
    }

    private static void CompareScores(JsonElement expected, CellScores scores)
    {
        Close(expected.Optional("dense"), scores.Dense);
        Close(expected.Optional("pruned"), scores.Pruned);
    }

    private static PackedLabels[] Runs(string key, int labels) =>
        [.. Enumerable.Range(0, 8).Select(run => Run(key, run, labels))];

    private static PackedLabels Run(string key, int run, int labels) => PackedLabels.OfClasses(
        labels, Enumerable.Range(0, 60).Select(i => (int)(KeyedRandom.Seed(key, run, i) % (ulong)labels)));
}
