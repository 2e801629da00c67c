using PieService.Domain.Recipes;
using PieService.Worker.Pruning;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Pruning;

public class PublishedThresholdTests
{
    /// <summary>Examples of the published rule: scores equal to the threshold are kept.</summary>
    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 2)]
    [InlineData(new[] { 1.0, 1, 1, 1 }, 4)]
    [InlineData(new[] { 0.0, 0, 0, 5 }, 4)]
    [InlineData(new[] { 7.0 }, 1)]
    public void Half_of_the_weights_are_pruned_unless_their_scores_tie(double[] scores, int kept) =>
        Assert.Equal(kept, PublishedThreshold.Prune(Mask.Full(scores.Length), scores, 50).Kept);

    /// <summary>
    /// The published code: kept weights after each of three steps, by magnitude or impact without ties, then at
    /// random.
    /// </summary>
    [Theory]
    [InlineData(120_000, 20, new[] { 111_396, 103_408, 95_993 }, new[] { 111_396, 103_409, 95_995 })]
    [InlineData(120_000, 50, new[] { 95_244, 75_595, 59_999 }, new[] { 95_244, 75_595, 60_000 })]
    [InlineData(120_000, 90, new[] { 55_704, 25_858, 12_003 }, new[] { 55_704, 25_858, 12_003 })]
    [InlineData(120_000, 99, new[] { 25_848, 5_568, 1_200 }, new[] { 25_848, 5_568, 1_199 })]
    [InlineData(40_000, 70, new[] { 26_776, 17_924, 11_998 }, new[] { 26_776, 17_924, 11_998 })]
    [InlineData(51_200, 50, new[] { 40_637, 32_253, 25_599 }, new[] { 40_637, 32_254, 25_600 })]
    [InlineData(32_768, 50, new[] { 26_008, 20_642, 16_383 }, new[] { 26_008, 20_643, 16_384 })]
    [InlineData(32_768, 99, new[] { 7_059, 1_521, 328 }, new[] { 7_058, 1_520, 327 })]
    public void Survivors_are_the_published_ones(int size, int target, int[] byThreshold, int[] byChance)
    {
        var percent = PublishedSchedule.PercentPerStep(target, 3);
        double[] scores = [.. Enumerable.Range(0, size).Select(i => (double)i)];
        var (mask, kept) = (Mask.Full(size), size);
        for (var step = 0; step < 3; step++)
        {
            mask = PublishedThreshold.Prune(mask, scores, percent);
            kept -= PublishedThreshold.RandomCount(kept, percent);
            Assert.Equal((byThreshold[step], byChance[step]), (mask.Kept, kept));
        }
    }

    [Theory]
    [InlineData(20, 26_214)]
    [InlineData(50, 16_384)]
    [InlineData(70, 9_831)]
    [InlineData(90, 3_277)]
    [InlineData(99, 328)]
    public void One_step_leaves_the_published_number(int target, int kept) => Assert.Equal(
        kept,
        PublishedThreshold.Prune(
            Mask.Full(32_768), [.. Enumerable.Range(0, 32_768).Select(i => (double)i)], target).Kept);

    [Fact]
    public void No_weight_is_pruned_if_none_is_left() =>
        Assert.Equal(0, PublishedThreshold.Prune(Mask.Of([0, 0]), [1, 2], 50).Kept);

    [Fact]
    public void Only_survivors_are_ranked() =>
        Assert.Equal([0, 0, 1], PublishedThreshold.Prune(Mask.Of([0, 1, 1]), [double.NaN, 1, 2], 50).Values.ToArray());

    [Fact]
    public void A_score_that_is_not_a_number_is_refused() =>
        Assert.Throws<ArgumentException>(() => PublishedThreshold.Prune(Mask.Full(2), [1, double.NaN], 50));
}
