using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Golden;

namespace PieService.Domain.Tests.Predictions;

public class RunCollapseTests
{
    [Fact]
    public void The_same_answer_to_every_text_has_collapsed() =>
        Assert.Equal(new RunCollapse(1, 0), Classes([0, 1, 2, 0], [1, 1, 1, 1]));

    [Fact]
    public void The_gold_labels_have_not_collapsed()
    {
        var collapse = Classes([0, 1, 2, 0], [0, 1, 2, 0]);

        Assert.Equal(new RunCollapse(0.5, 1), collapse);
        Assert.False(collapse.IsCollapsed);
    }

    /// <summary>99 of 100 texts have one label, so a constant answer is right for 99 % of them.</summary>
    [Fact]
    public void A_high_accuracy_does_not_hide_a_constant_answer() =>
        Assert.True(Classes([.. Enumerable.Repeat(0, 99), 1], [.. Enumerable.Repeat(0, 100)]).IsCollapsed);

    [Fact]
    public void A_run_that_finds_the_rare_label_has_not_collapsed()
    {
        int[] gold = [.. Enumerable.Repeat(0, 995), 1, 1, 1, 1, 1];

        Assert.False(Classes(gold, gold).IsCollapsed);
    }

    /// <summary>If all examples have one label, agreement by chance is certain: 0/0.</summary>
    [Fact]
    public void Kappa_of_one_label_is_zero() => Assert.Equal(0, Classes([1, 1], [1, 1]).Kappa);

    [Fact]
    public void Single_label_data_collapses_as_the_reference_does() => Each("collapsed_run", golden =>
    {
        var classes = golden.GetProperty("labels").GetInt32();
        return (Whole(golden, "gold", classes), Whole(golden, "predicted", classes));
    });

    [Fact]
    public void Multi_label_data_collapses_as_the_reference_does() =>
        Each("collapsed_run_several_labels", golden => (Sets(golden, "gold"), Sets(golden, "predicted")));

    /// <summary>Most texts have no label, and a run finds from none to half of the others.</summary>
    [Fact]
    public void Counts_decide_a_collapse_as_the_predictions_do_or_leave_it_open()
    {
        var (random, decided, open) = (new Random(5), 0, 0);
        for (var trial = 0; trial < 200; trial++)
        {
            IReadOnlyList<short>[] labels =
                [.. Enumerable.Range(0, 300).Select(_ => random.Next(25) == 0 ? new[] { (short)random.Next(4) } : [])];
            var gold = PackedLabels.Of(LearningTask.MultiLabel, 4, labels);
            var predicted = PackedLabels.Of(
                LearningTask.MultiLabel, 4, labels.Select(set => random.Next(200) < trial ? set : []));
            var expected = RunCollapse.Of(gold, predicted).IsCollapsed;

            var byCounts = RunCollapse.IsCollapsedBy(LearningTask.MultiLabel, LabelCounts.Of(gold, predicted));

            if (byCounts is null) open++;
            else decided++;
            Assert.Equal(expected, byCounts ?? expected);
        }
        Assert.True(decided > 10 && open > 10, $"{decided} decided, {open} open");
    }

    [Fact]
    public void No_run_has_collapsed_where_all_examples_have_the_same_gold_labels()
    {
        var labels = PackedLabels.Of(LearningTask.MultiLabel, 3, [[0, 2], [0, 2]]);
        var classes = PackedLabels.OfClasses(3, [1, 1]);

        Assert.False(RunCollapse.IsCollapsedBy(LearningTask.MultiLabel, LabelCounts.Of(labels, labels)));
        Assert.False(RunCollapse.IsCollapsedBy(LearningTask.SingleLabel, LabelCounts.Of(classes, classes)));
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2, 0 }, new[] { 1, 1, 1, 1 })]
    [InlineData(new[] { 0, 1, 2, 0 }, new[] { 0, 1, 2, 0 })]
    [InlineData(new[] { 0, 1, 2, 0 }, new[] { 0, 1, 1, 2 })]
    public void Counts_always_decide_a_collapse_of_single_label_data(int[] gold, int[] predicted) => Assert.Equal(
        Classes(gold, predicted).IsCollapsed,
        RunCollapse.IsCollapsedBy(
            LearningTask.SingleLabel,
            LabelCounts.Of(PackedLabels.OfClasses(3, gold), PackedLabels.OfClasses(3, predicted))));

    private static void Each(string name, Func<JsonElement, (PackedLabels Gold, PackedLabels Predicted)> read)
    {
        var cases = GoldenFolder.Json("analysis.json").GetProperty(name).EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        foreach (var golden in cases)
        {
            var (gold, predicted) = read(golden);
            var (collapse, expected) = (RunCollapse.Of(gold, predicted), golden.GetProperty("expected"));

            // The reference adds the terms in another order.
            Assert.Equal(expected.GetProperty("top_share").GetDouble(), collapse.TopShare, 1e-12);
            Assert.Equal(expected.GetProperty("kappa").GetDouble(), collapse.Kappa, 1e-12);
            Assert.Equal(expected.GetProperty("collapsed").GetBoolean(), collapse.IsCollapsed);
        }
    }

    private static RunCollapse Classes(int[] gold, int[] predicted) =>
        RunCollapse.Of(PackedLabels.OfClasses(3, gold), PackedLabels.OfClasses(3, predicted));

    private static PackedLabels Whole(JsonElement golden, string name, int classes) => PackedLabels.OfClasses(
        classes, golden.GetProperty(name).EnumerateArray().Select(label => label.GetInt32()));

    private static PackedLabels Sets(JsonElement golden, string name)
    {
        var rows = golden.GetProperty(name).EnumerateArray().ToList();
        return PackedLabels.Of(
            LearningTask.MultiLabel, rows[0].GetArrayLength(),
            rows.Select(row => (IReadOnlyList<short>)[.. row.EnumerateArray().Index()
                .Where(label => label.Item.GetInt32() == 1).Select(label => (short)label.Index)]));
    }
}
