using PieService.Domain.Predictions;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public class ScoresTests
{
    [Fact]
    public void Macro_F1_is_the_mean_over_all_classes_with_0_for_0_over_0()
    {
        // Class 0: 2 hits, 1 missed, 1 wrong = 4/6; class 1: 1 hit, 1 missed, 1 wrong = 2/4; class 2: never; class 3: missed.
        int[] labels = [0, 0, 0, 1, 1, 3], predicted = [0, 0, 1, 1, 0, 3];
        Assert.Equal(((4.0 / 6) + 0.5 + 0 + 1) / 4, Scores.MacroF1(labels, predicted, 4), 12);
        Assert.Equal(0, Scores.MacroF1([3], [2], 4));
    }

    [Fact]
    public void More_scores_than_an_array_holds_are_refused_even_where_their_number_wraps_around() =>
        Assert.Throws<OverflowException>(() => new Scores("test", 10_000, new int[429_497]));

    [Fact]
    public void Of_equal_logits_the_smallest_class_wins()
    {
        var scores = Of([0], [1, 2, 2]);
        Assert.Equal(1, scores.Predicted(0));
    }

    [Fact]
    public void Loss_is_the_mean_cross_entropy_and_does_not_overflow()
    {
        var metric = Of([0, 1], [0, 0, 1000, 0]).Metric();
        Assert.Equal((Math.Log(2) + 1000) / 2, metric.Loss, 9);
        Assert.Equal(0.5, metric.Accuracy);
    }

    [Fact]
    public void Classes_are_decided_before_the_scores_are_rounded()
    {
        // Both are 1 in float16.
        var packed = Of([0], [1, 1.0001f]).Pack();
        Assert.Equal(1, PackedPredictions.ClassAt(packed.Classes, 0));
        Assert.Equal([1, 1], PackedPredictions.ScoresAt(packed.Scores, 0, 2));
    }

    [Fact]
    public void Logits_beyond_float16_stay_finite() =>
        Assert.Equal([65504, -65504], PackedPredictions.ScoresAt(Of([0], [1e6f, -1e6f]).Pack().Scores, 0, 2));

    private static Scores Of(int[] labels, float[] logits)
    {
        var scores = new Scores("test", logits.Length / labels.Length, labels);
        logits.CopyTo(scores.Logits, 0);
        return scores;
    }
}
