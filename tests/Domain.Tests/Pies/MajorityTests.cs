using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Pies;

public class MajorityTests
{
    [Fact]
    public void The_majority_of_classes_is_the_mode_and_the_smallest_of_several()
    {
        var majority = Majority.Of([Classes(2, 1, 0), Classes(2, 0, 1), Classes(0, 2, 1), Classes(1, 0, 0)]);

        Assert.Equal([2, 0, 0], Enumerable.Range(0, 3).Select(majority.ClassAt));
    }

    /// <summary>100 examples are not a whole number of vectors, and votes for 100 classes are counted.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100)]
    public void Modes_are_those_of_counting_the_votes_of_each_example(int classes)
    {
        var random = KeyedRandom.For("modes", classes);
        PackedLabels[] runs = [.. Enumerable.Range(0, 9).Select(_ => PackedLabels.OfClasses(
            classes, Enumerable.Range(0, 100).Select(_ => random.NextInt(classes))))];

        var majority = Majority.Of(runs);

        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => runs.CountBy(run => run.ClassAt(i))
                .OrderByDescending(votes => votes.Value).ThenBy(votes => votes.Key).First().Key),
            Enumerable.Range(0, 100).Select(majority.ClassAt));
    }

    [Fact]
    public void The_majority_of_labels_needs_more_than_half_of_the_runs()
    {
        var majority = Majority.Of([Labels([0, 9]), Labels([0, 9]), Labels([0]), Labels([8])]);

        Assert.Equal([0], majority.ClassesAt(0));
    }

    [Fact]
    public void Runs_with_other_examples_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Majority.Of([]));
        Assert.Throws<ArgumentException>(() => Majority.Of([Classes(1, 2), Classes(1)]));
    }

    /// <summary>Labels of an example take one, two or three bytes.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(20)]
    public void Predictions_differ_on_an_example_if_any_label_differs(int classes)
    {
        var (last, first) = ((short)(classes - 1), (short)0);
        var one = PackedLabels.Of(LearningTask.MultiLabel, classes, [[first], [first, last], [], [last]]);
        var other = PackedLabels.Of(LearningTask.MultiLabel, classes, [[first], [first], [last], [last]]);

        Assert.Equal(one.Count / 2, one.CountDiffering(other));
        Assert.Equal(0, one.CountDiffering(one));
    }

    private static PackedLabels Classes(params int[] classes) => PackedLabels.OfClasses(3, classes);

    private static PackedLabels Labels(short[] labels) => PackedLabels.Of(LearningTask.MultiLabel, 10, [labels]);
}
