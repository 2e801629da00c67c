using PieService.Domain.Analysis;
using PieService.Domain.Predictions;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class ConformalSplitTests
{
    /// <summary>Logits of the probabilities 0.7, 0.2 and 0.1.</summary>
    private static readonly float[] Logits = [MathF.Log(7), MathF.Log(2), 0];

    [Theory]
    [InlineData(0, 0.3, 1)]
    [InlineData(1, 0.8, 2)]
    [InlineData(2, 0.9, 3)]
    public void A_set_has_the_classes_that_are_at_least_as_probable_as_most_gold_classes(
        int gold, double threshold, double size)
    {
        var sets = Sets(Gold(18, _ => gold), Repeated(Logits, 18));

        Assert.Equal(threshold, sets.Threshold, 1e-6);
        Assert.Equal((size, 1.0), (sets.MeanSize, sets.Coverage));
    }

    /// <summary>Of 19 scores of the first half, 18 are at most the threshold: 0.9 (19 + 1) = 18.</summary>
    [Fact]
    public void The_threshold_is_the_quantile_for_one_example_more()
    {
        float[] logits = [.. Enumerable.Range(0, 38).SelectMany(i => new[] { i / 8f, 0 })];
        var half = KeyedRandom.For("conformal", 38).Permutation(38)[..19].Order().ToList();

        var sets = Sets(PackedLabels.OfClasses(2, Enumerable.Repeat(0, 38)), logits);

        // A smaller logit has a larger score, so the second smallest has the second largest score.
        Close(1 / (1 + Math.Exp(half[1] / 8.0)), sets.Threshold);
    }

    [Fact]
    public void Nine_tenths_of_new_examples_are_covered()
    {
        var random = KeyedRandom.For("coverage");
        float[] logits =
            [.. Enumerable.Range(0, 4000).SelectMany(_ => new float[] { random.NextInt(5), random.NextInt(5), 0 })];

        var sets = Sets(Gold(4000, _ => random.NextInt(3)), logits);

        // Scores are tied, and a tie is in the set, so the coverage may be larger.
        Assert.InRange(sets.Coverage, 0.88, 0.95);
    }

    [Fact]
    public void Fewer_than_18_examples_have_no_threshold()
    {
        Assert.False(new ConformalSplit(Gold(17, _ => 0)).HasThreshold);
        Assert.True(new ConformalSplit(Gold(18, _ => 0)).HasThreshold);
    }

    /// <summary>The second run has other logits than the first one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(41)]
    public void Blocks_of_any_size_give_the_same_sets(int blockExamples)
    {
        var random = KeyedRandom.For("blocks");
        var (gold, split) = (Gold(41, i => i % 3), new ConformalSplit(Gold(41, i => i % 3)));
        for (var run = 0; run < 2; run++)
        {
            float[] logits = [.. Enumerable.Range(0, 3 * 41).Select(_ => (float)random.NextDouble())];

            Assert.Equal(Sets(gold, logits), Sets(split, logits, blockExamples));
        }
    }

    [Fact]
    public void A_run_whose_blocks_were_not_all_read_has_no_sets()
    {
        var split = new ConformalSplit(Gold(18, _ => 0));

        split.Score(0, Repeated(Logits, 18));
        split.Size(0, Repeated(Logits, 17));

        Assert.Throws<InvalidOperationException>(split.Sets);
    }

    private static ConformalSets Sets(PackedLabels gold, float[] logits) =>
        Sets(new ConformalSplit(gold), logits, gold.Count);

    private static ConformalSets Sets(ConformalSplit split, float[] logits, int blockExamples)
    {
        foreach (var (block, ofBlock) in logits.Chunk(3 * blockExamples).Index())
            split.Score(block * blockExamples, ofBlock);
        foreach (var (block, ofBlock) in logits.Chunk(3 * blockExamples).Index())
            split.Size(block * blockExamples, ofBlock);
        return split.Sets();
    }

    private static float[] Repeated(float[] logits, int examples) =>
        [.. Enumerable.Repeat(logits, examples).SelectMany(row => row)];

    private static PackedLabels Gold(int examples, Func<int, int> gold) =>
        PackedLabels.OfClasses(3, Enumerable.Range(0, examples).Select(gold));
}
