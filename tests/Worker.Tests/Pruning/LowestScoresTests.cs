using PieService.Domain.Recipes;
using PieService.Worker.Pruning;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Pruning;

public class LowestScoresTests
{
    private static readonly PruningKey Key = new(Seed: 1, Step: 1, "l1.weight");

    [Fact]
    public void The_weights_with_the_lowest_scores_are_pruned() =>
        Assert.Equal([1, 0, 1, 0, 1], Prune([5, -1, 3, 0.5f, -4], 2).Values.ToArray());

    [Fact]
    public void Equal_scores_are_ordered_by_magnitude()
    {
        float[] weights = [3, -1, 2, 4];
        var mask = LowestScores.Prune(Mask.Full(4), new double[4], weights, 2, Key);
        Assert.Equal([1, 0, 0, 1], mask.Values.ToArray());
    }

    [Fact]
    public void Equal_weights_are_ordered_by_the_key_and_never_by_position()
    {
        var masks = new[] { Key, Key with { Seed = 2 }, Key with { Step = 2 }, Key with { Tensor = "l2.weight" } }
            .Select(key =>
                LowestScores.Prune(Mask.Full(1000), new double[1000], new float[1000], 500, key).Values.ToArray())
            .ToList();
        Assert.Equal(4, masks.Select(Convert.ToHexString).Distinct().Count());
        foreach (var mask in masks) Assert.InRange(mask[..500].Count(kept => kept == 1), 200, 300);
        Assert.Equal(
            masks[0],
            LowestScores.Prune(Mask.Full(1000), new double[1000], new float[1000], 500, Key).Values.ToArray());
    }

    [Fact]
    public void Pruned_weights_stay_pruned_and_are_included_in_the_count()
    {
        var once = Prune([1, 2, 3, 4, 5, 6], 2);
        // The pruned weights now have the highest scores.
        var twice = LowestScores.Prune(once, [9, 9, 1, 2, 3, 4], [9, 9, 1, 2, 3, 4], 3, Key);
        Assert.Equal([0, 0, 0, 1, 1, 1], twice.Values.ToArray());
    }

    /// <summary>
    /// The counts N (1 - (1 - t)^(j/3)) for the tensors of the BiLSTM, rounded half to even, from 60-digit decimal
    /// arithmetic.
    /// </summary>
    [Theory]
    [InlineData(120_000, 20, 8602, 16587, 24000)]
    [InlineData(120_000, 90, 64301, 94147, 108000)]
    [InlineData(80_000, 50, 16504, 29603, 40000)]
    [InlineData(40_000, 70, 13223, 22074, 28000)]
    [InlineData(51_200, 99, 40169, 48824, 50688)]
    [InlineData(32_768, 20, 2349, 4529, 6554)]
    [InlineData(32_768, 90, 17558, 25708, 29491)]
    public void Three_steps_reach_the_planned_counts_exactly(int size, int sparsity, int first, int second, int third)
    {
        var mask = Mask.Full(size);
        // There are few distinct magnitudes, so most boundaries are ties.
        var weights = new float[size];
        for (var i = 0; i < size; i++) weights[i] = i % 17;
        foreach (var (step, pruned) in new[] { (1, first), (2, second), (3, third) })
        {
            mask = LowestScores.Prune(
                mask, WeightImportance.Magnitude(weights), weights, PruningPlan.PrunedCount(size, sparsity, step, 3),
                Key with { Step = step });
            Assert.Equal(pruned, mask.Pruned);
        }
    }

    [Fact]
    public void A_score_that_is_not_a_number_is_refused() => Assert.Throws<ArgumentException>(
        () => LowestScores.Prune(Mask.Full(2), [1, double.NaN], [1, 1], 1, Key));

    [Fact]
    public void A_count_below_the_pruned_weights_or_above_all_weights_is_refused()
    {
        var mask = Prune([1, 2, 3], 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => LowestScores.Prune(mask, new double[3], new float[3], 1, Key));
        Assert.Throws<ArgumentOutOfRangeException>(() => LowestScores.Prune(mask, new double[3], new float[3], 4, Key));
    }

    private static Mask Prune(float[] weights, int count) =>
        LowestScores.Prune(Mask.Full(weights.Length), WeightImportance.Magnitude(weights), weights, count, Key);
}
