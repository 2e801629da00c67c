using PieService.Domain.Pies;
using static PieService.Domain.Tests.Pies.Answers;

namespace PieService.Domain.Tests.Pies;

public class PieLabelingTests
{
    [Theory]
    [InlineData(new[] { 1, 1, 0 }, new[] { 0, 0, 1 }, true)]
    [InlineData(new[] { 1, 1, 0 }, new[] { 1, 0, 1 }, false)]
    [InlineData(new[] { 1, 0 }, new[] { 0, 0 }, false)] // a tie goes to the smallest class
    [InlineData(new[] { 1, 2 }, new[] { 2, 2 }, true)]
    public void An_example_is_a_PIE_when_the_majorities_differ(int[] dense, int[] pruned, bool isPie) =>
        Assert.Equal(isPie, One(gold: 0, dense, pruned).IsPie);

    [Theory]
    [InlineData(1, PieDirection.DenseRight)]
    [InlineData(0, PieDirection.PrunedRight)]
    [InlineData(2, PieDirection.BothWrong)]
    public void The_direction_is_the_cohort_whose_mode_is_the_gold_label(short gold, PieDirection direction) =>
        Assert.Equal(direction, One(gold, [1, 1, 0], [0, 0, 1]).Direction);

    [Fact]
    public void An_example_on_which_both_cohorts_agree_has_no_direction() => Assert.Null(One(0, [1], [1]).Direction);

    [Fact]
    public void The_margin_is_that_of_the_less_certain_cohort() =>
        Assert.Equal(0.5, One(0, [1, 1, 1, 0], [0, 0, 0, 0]).Margin);

    [Fact]
    public void Votes_are_counted_by_class()
    {
        var label = One(0, [2, 1, 2], [0, 0]);

        Assert.Equal([0, 1, 2], label.DenseVotes);
        Assert.Equal([2, 0, 0], label.PrunedVotes);
    }

    [Fact]
    public void Every_example_is_labelled_at_its_position()
    {
        var labels = PieLabeling.Label(Packed(0, 1, 2), [Packed(0, 1, 2)], [Packed(0, 2, 2)]).ToList();

        Assert.Equal([0, 1, 2], labels.Select(label => label.Position));
        Assert.Equal([false, true, false], labels.Select(label => label.IsPie));
    }

    [Fact]
    public void A_run_that_lacks_predictions_is_refused() =>
        Assert.Throws<ArgumentException>(() => PieLabeling.Label(Packed(0, 1), [Packed(0, 1)], [Packed(0)]));

    [Fact]
    public void An_empty_cohort_is_refused() =>
        Assert.Throws<ArgumentException>(() => PieLabeling.Label(Packed(0), [], [Packed(0)]));

    private static LabelledExample One(short gold, int[] dense, int[] pruned) =>
        PieLabeling.Label(Packed(gold), [.. dense.Select(c => Packed(c))], [.. pruned.Select(c => Packed(c))]).Single();
}
