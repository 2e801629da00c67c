using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public class SplitLogitsTests
{
    [Fact]
    public void More_scores_than_an_array_holds_are_refused_even_if_their_number_overflows() =>
        Assert.Throws<OverflowException>(
            () => new SplitLogits("test", PackedLabels.OfClasses(10_000, new int[429_497])));

    [Fact]
    public void The_smallest_class_wins_among_equal_logits()
    {
        var scores = Of([0], [1, 2, 2]);
        Assert.Equal(1, scores.Predicted(null).ClassAt(0));
    }

    [Fact]
    public void Loss_is_the_mean_cross_entropy_and_does_not_overflow()
    {
        var metric = Of([0, 1], [0, 0, 1000, 0]).Metric(threshold: null);
        Assert.Equal((Math.Log(2) + 1000) / 2, metric.Loss, 9);
        Assert.Equal(0.5, metric.Scores.Accuracy);
    }

    [Fact]
    public void Classes_are_predicted_before_the_scores_are_rounded()
    {
        // Both logits are 1 in float16.
        var packed = Of([0], [1, 1.0001f]).Pack(threshold: null);
        Assert.Equal(1, PackedPredictions.ClassAt(packed.Classes, 0));
        Assert.Equal([1, 1], PackedPredictions.ScoresAt(packed.Scores, 0, 2));
    }

    [Fact]
    public void Logits_beyond_float16_stay_finite() =>
        Assert.Equal(
            [65504, -65504], PackedPredictions.ScoresAt(Of([0], [1e6f, -1e6f]).Pack(threshold: null).Scores, 0, 2));

    [Fact]
    public void Multi_label_loss_is_the_mean_over_examples_and_classes_and_does_not_overflow()
    {
        // log 2 for each logit of 0, 1000 for the wrong class of logit 1000, and 0 for the right one.
        var metric = MultiLabel([[0], [1]], [0, 0, 1000, 1000]).Metric(threshold: 0.5);
        Assert.Equal(((2 * Math.Log(2)) + 1000) / 4, metric.Loss, 9);
    }

    [Fact]
    public void Labels_whose_probability_exceeds_the_threshold_are_predicted_and_packed()
    {
        // sigmoid(0) is 0.5, which does not exceed 0.5.
        var packed = MultiLabel([[0], [1]], [0, 0.1f, -0.1f, 3]).Pack(threshold: 0.5);
        Assert.Equal([0b10, 0b10], packed.Classes);
        Assert.Equal(0.5, packed.Metric.Threshold);
        Assert.Equal(0.5, packed.Metric.Scores.Accuracy);
    }

    [Fact]
    public void Multi_label_predictions_require_a_threshold() =>
        Assert.Throws<ArgumentNullException>(() => MultiLabel([[0]], [1, 2]).Predicted(threshold: null));

    private static SplitLogits MultiLabel(short[][] gold, float[] logits) =>
        Of(PackedLabels.Of(LearningTask.MultiLabel, logits.Length / gold.Length, gold), logits);

    private static SplitLogits Of(int[] labels, float[] logits) =>
        Of(PackedLabels.OfClasses(logits.Length / labels.Length, labels), logits);

    private static SplitLogits Of(PackedLabels gold, float[] logits)
    {
        var scores = new SplitLogits("test", gold);
        logits.CopyTo(scores.Logits, 0);
        return scores;
    }
}
