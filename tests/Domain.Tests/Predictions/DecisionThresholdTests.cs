using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class DecisionThresholdTests
{
    [Fact]
    public void The_lowest_of_the_best_thresholds_is_chosen()
    {
        // Probabilities 0.2, 0.6, 0.9, of which the first is wrong: all decisions are right from 0.20 until the second
        // label is missed at 0.60.
        var gold = PackedLabels.Of(LearningTask.MultiLabel, 1, [[], [0], [0]]);
        float[] logits = [Logit(0.2), Logit(0.6) + 1e-4f, Logit(0.9)];

        var scores = DecisionThreshold.MacroF1(gold, logits);

        Assert.Equal(0.8, scores[0], 12);
        Assert.Equal(0.8, scores[19], 12);
        Assert.Equal(1, scores[21], 12);
        Assert.Equal(1, scores[60], 12);
        Assert.Equal(2.0 / 3, scores[61], 12);
        Assert.InRange(DecisionThreshold.Tune(gold, logits), 0.2, 0.21);
    }

    [Fact]
    public void A_probability_must_exceed_the_threshold()
    {
        var gold = PackedLabels.Of(LearningTask.MultiLabel, 1, [[0]]);
        // sigmoid(0) is exactly 0.5.
        Assert.Equal(1, DecisionThreshold.MacroF1(gold, [0])[49]);
        Assert.Equal(0, DecisionThreshold.MacroF1(gold, [0])[50]);
        Assert.Empty(DecisionThreshold.Decide([0], 1, 0.5).ClassesAt(0));
        Assert.Equal([0], DecisionThreshold.Decide([0], 1, 0.49).ClassesAt(0));
    }

    [Fact]
    public void The_threshold_is_0_if_all_thresholds_score_the_same() =>
        Assert.Equal(0, DecisionThreshold.Tune(PackedLabels.Of(LearningTask.MultiLabel, 2, [[], []]), [1, -1, 5, -5]));

    /// <summary>The definition: the labels are decided at each threshold and counted.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Counting_once_gives_the_scores_of_deciding_at_each_threshold(int seed)
    {
        const int Examples = 60, Classes = 9;
        var chance = KeyedRandom.For("thresholds", seed);
        var gold = PackedLabels.Of(LearningTask.MultiLabel, Classes, Enumerable.Range(0, Examples)
            .Select(_ =>
                Enumerable.Range(0, Classes).Where(_ => chance.NextInt(3) == 0).Select(c => (short)c).ToArray()));
        // Many probabilities are at or near a threshold, and some are at both ends.
        float[] logits = [
            .. Enumerable.Range(0, Examples * Classes)
                .Select(_ =>
                    chance.NextInt(10) == 0
                        ? (chance.NextInt(3) - 1) * 500f : Logit((1 + chance.NextInt(99)) / 100.0))];

        var expected = Enumerable.Range(0, 100)
            .Select(i => LabelCounts.Of(gold, DecisionThreshold.Decide(logits, Classes, i / 100.0)).MacroF1);

        Assert.Equal(expected, DecisionThreshold.MacroF1(gold, logits));
    }

    [Fact]
    public void Without_examples_or_logits_no_threshold_is_tuned()
    {
        Assert.Throws<ArgumentException>(
            () => DecisionThreshold.Tune(PackedLabels.Of(LearningTask.MultiLabel, 2, []), []));
        Assert.Throws<ArgumentException>(
            () => DecisionThreshold.Tune(PackedLabels.Of(LearningTask.MultiLabel, 2, [[0]]), [1]));
    }

    private static float Logit(double probability) => (float)Math.Log(probability / (1 - probability));
}
