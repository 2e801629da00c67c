using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class LabelCountsTests
{
    [Fact]
    public void Macro_F1_is_the_mean_over_all_classes_with_0_for_0_over_0()
    {
        // Class 0: 2 hits, 1 missed, 1 wrong = 4/6; class 1: 1 hit, 1 missed, 1 wrong = 2/4; class 2 does not occur;
        // class 3: 1 hit.
        var counts = LabelCounts.Of(
            PackedLabels.OfClasses(4, 0, 0, 0, 1, 1, 3), PackedLabels.OfClasses(4, 0, 0, 1, 1, 0, 3));
        Assert.Equal(((4.0 / 6) + 0.5 + 0 + 1) / 4, counts.MacroF1, 12);
        Assert.Equal(0, LabelCounts.Of(PackedLabels.OfClasses(4, 3), PackedLabels.OfClasses(4, 2)).MacroF1);
    }

    [Fact]
    public void For_single_label_data_every_micro_mean_is_the_accuracy()
    {
        var scores = LabelCounts.Of(PackedLabels.OfClasses(3, 0, 1, 2, 2), PackedLabels.OfClasses(3, 0, 2, 2, 1))
            .Scores();
        Assert.Equal(
            [0.5, 0.5, 0.5, 0.5], [scores.Accuracy, scores.MicroF1, scores.MicroPrecision, scores.MicroRecall]);
    }

    [Fact]
    public void Multi_label_scores_count_each_decision_and_the_accuracy_whole_sets()
    {
        var gold = Sets([0, 1], [1], [], [9]);
        var predicted = Sets([0], [1, 9], [], [9]);

        var scores = LabelCounts.Of(gold, predicted).Scores();

        Assert.Equal(0.5, scores.Accuracy);
        // 3 hits of 4 gold and 4 predicted labels.
        Assert.Equal([0.75, 0.75, 0.75], [scores.MicroF1, scores.MicroPrecision, scores.MicroRecall]);
        // Classes 0 and 9 and 1: precision 1, 1/2, 1; recall 1, 1, 1/2; the other seven classes are 0/0.
        Assert.Equal([0.25, 0.25], [scores.MacroPrecision, scores.MacroRecall]);
        Assert.Equal((1 + (2.0 / 3) + (2.0 / 3)) / 10, scores.MacroF1, 12);
    }

    [Fact]
    public void Only_the_selected_rows_are_counted()
    {
        var counts = LabelCounts.Of(Sets([0], [1], [2]), Sets([0], [1], []), [true, false, true]);
        Assert.Equal((2, 1), (counts.Examples, counts.Exact));
        Assert.Equal([1, 0, 1], counts.Given[..3]);
        Assert.Equal([1, 0, 0], counts.Hits[..3]);
    }

    [Fact]
    public void Predictions_of_other_examples_are_refused() =>
        Assert.Throws<ArgumentException>(() => LabelCounts.Of(Sets([0], [1]), Sets([0])));

    private static PackedLabels Sets(params short[][] sets) => PackedLabels.Of(LearningTask.MultiLabel, 10, sets);
}
