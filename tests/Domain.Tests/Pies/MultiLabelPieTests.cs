using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Pies;

/// <summary>The definition of a PIE for multi-label data, on votes that can be counted by hand.</summary>
public class MultiLabelPieTests
{
    private const int Classes = 3;

    [Fact]
    public void Each_label_is_voted_on_separately_and_half_of_the_runs_are_not_a_majority()
    {
        var label = One(gold: [0], dense: [[0, 1], [0], [0, 1], []], pruned: [[0], [0], [0], [2]]);

        Assert.Equal([3, 2, 0], label.DenseVotes);
        Assert.Equal([3, 0, 1], label.PrunedVotes);
        Assert.False(label.IsPie);
        Assert.True(label.DenseTied);
        Assert.False(label.PrunedTied);
        Assert.Null(label.DenseMode);
    }

    [Theory]
    [InlineData(new short[] { 0 }, PieDirection.DenseRight)]
    [InlineData(new short[] { 1 }, PieDirection.PrunedRight)]
    [InlineData(new short[] { 0, 1 }, PieDirection.Mixed)]
    [InlineData(new short[] { }, PieDirection.Mixed)]
    [InlineData(new short[] { 0, 2 }, PieDirection.DenseRight)] // the cohorts agree on label 2, so it does not count
    public void The_direction_is_the_cohort_that_is_right_on_all_labels_that_differ(
        short[] gold, PieDirection direction) =>
        Assert.Equal(direction, One(gold, dense: [[0], [0], [0]], pruned: [[1], [1], [1]]).Direction);

    [Fact]
    public void The_smallest_margin_of_a_cohort_is_over_all_labels()
    {
        Assert.Equal(0.2, new LabelVotes([5, 3, 1], 5).SmallestMargin, 12);
        Assert.Equal(1, new LabelVotes([5, 0], 5).SmallestMargin);
    }

    [Fact]
    public void The_margin_is_the_smallest_over_the_labels_that_differ()
    {
        // Label 0: dense 4 of 5, pruned 1 of 5: margin 0.6. Label 1: 3 of 5 in both, which would be 0.2, but
        // the cohorts agree on it.
        var label = One([0], dense: [[0, 1], [0, 1], [0, 1], [0], []], pruned: [[0, 1], [1], [1], [], []]);

        Assert.True(label.IsPie);
        Assert.Equal(0.6, label.Margin, 12);
    }

    [Fact]
    public void If_the_cohorts_agree_on_all_labels_the_margin_is_the_smallest_over_all_labels()
    {
        var label = One([0], dense: [[0], [0], [0], [0]], pruned: [[0], [0], [0], [2]]);

        Assert.False(label.IsPie);
        Assert.Equal(0.5, label.Margin, 12);
        Assert.Null(label.Direction);
    }

    [Fact]
    public void The_score_on_PIEs_is_the_mean_of_the_macro_F1_of_each_run()
    {
        // Example 0 is a PIE, example 1 is not.
        var gold = Sets([0, 1], [2]);
        PackedLabels[] dense = [Sets([0, 1], [2]), Sets([0], [2])], pruned = [Sets([], [2]), Sets([1], [2])];

        var summary = new ComparedAnswers(gold, dense, pruned).Summary();

        Assert.Equal((1, 2, ScoreMetric.MacroF1), (summary.Pies, summary.Examples, summary.Metric));
        // The mean is over all three classes, of which the PIE has two: (1 + 1 + 0) / 3 and (1 + 0 + 0) / 3.
        Assert.Equal(0.5, summary.DenseOnPies!.Value, 12);
        Assert.Equal(1.0 / 6, summary.PrunedOnPies!.Value, 12);
        Assert.Equal((1 + (2.0 / 3)) / 2, summary.DenseScore.Mean, 12);
        Assert.Equal(0.5, summary.PrunedScore.Mean, 12);
        // In both cohorts one of two runs predicts label 1 of example 0.
        Assert.Equal((1, 1), (summary.DenseTies, summary.PrunedTies));
    }

    [Fact]
    public void Classes_have_counts_of_examples_of_PIEs_and_of_differing_majorities()
    {
        var gold = Sets([0, 1], [2], [1]);
        PackedLabels[] dense = [Sets([0], [2], [])], pruned = [Sets([], [2], [2])];

        var classes = new ComparedAnswers(gold, dense, pruned).Classes();

        Assert.Equal([1, 2, 1], classes.Select(c => c.Examples));
        Assert.Equal([1, 2, 0], classes.Select(c => c.Pies));       // the PIEs 0 and 2 have labels 0, 1 and 1
        Assert.Equal([1, 0, 1], classes.Select(c => c.Differing));
        Assert.Equal([1, 0, 1], classes.Select(c => c.Dense.F1.Mean));
        Assert.Equal([0, 0, 2.0 / 3], classes.Select(c => c.Pruned.F1.Mean));
        Assert.All(classes, c => Assert.Null(c.Dense.Accuracy));
    }

    [Fact]
    public void Runs_of_another_task_are_refused() =>
        Assert.Throws<ArgumentException>(
            () => PieLabeling.Label(Sets([0], [1]), [Sets([0], [1])], [PackedLabels.OfClasses(Classes, 0)]));

    private static LabelledExample One(short[] gold, short[][] dense, short[][] pruned) =>
        PieLabeling.Label(Sets(gold), [.. dense.Select(set => Sets(set))], [.. pruned.Select(set => Sets(set))])
            .Single();

    private static PackedLabels Sets(params short[][] sets) => PackedLabels.Of(LearningTask.MultiLabel, Classes, sets);
}
