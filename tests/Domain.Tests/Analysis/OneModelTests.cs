using PieService.Domain.Analysis;
using PieService.Domain.Predictions;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

/// <summary>One model against one, and the runs of one cohort.</summary>
public class OneModelTests
{
    private const string File = "analysis.json";

    [Fact]
    public void Flips_are_those_of_the_reference() => Each(File, "flips", golden =>
    {
        var expected = golden.GetProperty("expected");
        PackedLabels gold = golden.Answers("gold", 100), first = golden.Answers("first", 100),
            second = golden.Answers("second", 100);
        var tally = InOneBlock.Flips(new(gold, [first], [second]), paired: true);
        var flips = tally.Flips();
        var change = AccuracyChange.Of(flips, golden.Number("margin"));

        Assert.Equal(expected.Int("right_to_wrong"), flips.RightToWrong);
        Assert.Equal(expected.Int("wrong_to_right"), flips.WrongToRight);
        Assert.Equal(expected.Int("wrong_to_other_wrong"), flips.WrongToOtherWrong);
        Assert.Equal(expected.Int("both_right"), flips.BothRight);
        Assert.Equal(expected.Int("same_wrong"), flips.SameWrong);
        Close(expected.Number("flips"), flips.Flips);
        Close(expected.Number("changes"), flips.Changes);
        Close(expected.Optional("direction"), flips.Direction);
        Close(expected.Number("accuracy_change"), change.Change);
        Close(expected.Number("low"), change.Low);
        Close(expected.Number("high"), change.High);
        CloseP(expected.Number("p"), change.P);
        CloseP(expected.Number("mid_p"), change.MidP);
        CloseP(expected.Number("p_worse"), change.PWorse);
        Assert.Equal(expected.GetProperty("equivalent").GetBoolean(), change.IsEquivalent);
        Close(expected.Number("detectable"), change.Detectable);
        Close(
            golden.Optional("cluster_se"),
            AccuracyChange.ClusterSe(tally.Gain, [.. golden.Ints("clusters").Select(cluster => $"{cluster}")]));
    });

    [Fact]
    public void An_example_without_a_cluster_is_a_cluster_of_its_own()
    {
        double[] gain = [-1, 0, 1, 1, 0];

        Assert.Equal(
            AccuracyChange.ClusterSe(gain, ["a", "a", "b", "c", "d"]),
            AccuracyChange.ClusterSe(gain, ["a", "a", null, null, null]));
        Assert.Null(AccuracyChange.ClusterSe(gain, ["a", "a", "a", "a", "a"]));
    }

    [Fact]
    public void Divergences_are_those_of_the_reference() => Each(File, "divergence", golden =>
    {
        var expected = golden.GetProperty("expected");
        var divergence = Divergence.Of(Read(golden.Numbers("dense")), Read(golden.Numbers("pruned")));

        Close(expected.Number("kl"), divergence.KullbackLeibler);
        Close(expected.Number("js"), divergence.JensenShannon);
    });

    [Theory]
    [InlineData(0.5, 0.3, 0.2, 0.2)]
    [InlineData(0.4, 0.4, 0.2, 0)]
    public void The_margin_is_between_the_two_highest_probabilities(double a, double b, double c, double margin) =>
        Assert.Equal(margin, Read([Math.Log(a), Math.Log(b), Math.Log(c)]).Margin, 12);

    [Fact]
    public void The_separation_by_margin_is_that_of_the_reference() => Each(File, "margin_auc", golden => Close(
        golden.Optional("auc"),
        ChangesByMargin.Of(
            [.. golden.Numbers("margins")],
            [.. golden.GetProperty("changed").EnumerateArray()
                .Select(changed => changed.GetBoolean() ? 1.0 : 0)]).Auc));

    [Fact]
    public void Without_a_change_there_is_no_separation()
    {
        Assert.Null(ChangesByMargin.Of([0.2, 0.4], [0, 0]).Auc);
        Assert.Null(ChangesByMargin.Of([0.2, 0.4], [1, 1]).Auc);
    }

    /// <summary>Of the pairs of a changed and an unchanged answer, those of the margins 0.2 and 0.4 are in order, and
    /// those of equal margins count half.</summary>
    [Fact]
    public void Shares_of_changed_answers_are_weights() => Assert.Equal(
        (0.75 * 0.75) + (((0.75 * 0.25) + (0.25 * 0.75)) / 2),
        ChangesByMargin.Of([0.4, 0.2], [0.25, 0.75]).Auc!.Value, 12);

    [Fact]
    public void Changes_are_counted_in_each_decile_of_the_margin()
    {
        var deciles = ChangesByMargin.Of(
            [.. Enumerable.Range(0, 40).Reverse().Select(i => i / 40.0)],
            [.. Enumerable.Range(0, 40).Reverse().Select(i => i < 6 ? 1.0 : 0)]).Deciles;

        Assert.Equal([new(4, 4), new(4, 2), .. Enumerable.Repeat(new MarginDecile(4, 0), 8)], deciles);
        Assert.Equal([1, 0.5, 0], deciles.Take(3).Select(decile => decile.Share));
    }

    [Fact]
    public void Equal_margins_are_in_one_decile()
    {
        var deciles = ChangesByMargin.Of([.. Enumerable.Repeat(1.0, 15)], new double[15]).Deciles;

        Assert.Equal([15, .. Enumerable.Repeat(0, 9)], deciles.Select(decile => decile.Examples));
        Assert.Null(deciles[9].Share);
        Assert.Empty(ChangesByMargin.Of([], []).Deciles);
    }

    [Fact]
    public void Groups_of_scores_are_those_of_the_reference() => Each(File, "bimodal", golden =>
    {
        var (expected, groups) = (golden.GetProperty("expected"), ScoreGroups.Of(golden.Numbers("scores")));

        Close(expected.Optional("eta"), groups?.Eta);
        Close(expected.Optional("critical"), groups?.Critical);
        Close(expected.Optional("low"), groups?.Low);
        Close(expected.Optional("high"), groups?.High);
        Assert.Equal(expected.Optional("runs_low"), groups?.RunsLow);
        Assert.Equal(
            groups is null, expected.GetProperty("bimodal").ValueKind == System.Text.Json.JsonValueKind.Null);
        if (groups is not null) Assert.Equal(expected.GetProperty("bimodal").GetBoolean(), groups.IsBimodal);
    });

    [Fact]
    public void Large_cohorts_have_the_last_critical_value() =>
        Assert.Equal(0.788, ScoreGroups.Of([.. Enumerable.Range(0, 70).Select(i => (double)i)])!.Critical);

    [Fact]
    public void The_constant_baseline_is_that_of_the_reference() => Each(File, "collapsed_run", golden =>
    {
        var (labels, expected) = (golden.Int("labels"), golden.GetProperty("expected"));
        var baseline = ConstantBaseline.Of(golden.Answers("gold", labels), golden.Answers("predicted", labels));

        Close(expected.Number("entropy"), baseline.Entropy);
        Close(expected.Number("majority_share"), baseline.MajorityShare);
        CloseP(expected.Number("majority_p"), baseline.MajorityP);
    });

    [Fact]
    public void Answers_of_one_class_have_no_relative_entropy()
    {
        var answers = PackedLabels.OfClasses(1, 0, 0, 0);

        Assert.Equal(new ConstantBaseline(null, 1, 1), ConstantBaseline.Of(answers, answers));
    }

    [Fact]
    public void Answers_to_other_examples_are_refused()
    {
        var (two, three) = (PackedLabels.OfClasses(2, 0, 1), PackedLabels.OfClasses(2, 0, 1, 1));

        Assert.Throws<ArgumentException>(() => AccuracyChange.ClusterSe([1, 0], ["a"]));
        Assert.Throws<ArgumentException>(() => new ClippedProbabilities(1).Read([1, 2]));
        Assert.Throws<ArgumentException>(() => ChangesByMargin.Of([0.5], [0, 1]));
        Assert.Throws<ArgumentException>(() => ConstantBaseline.Of(two, three));
    }

    private static ClippedProbabilities Read(double[] logits)
    {
        var probabilities = new ClippedProbabilities(logits.Length);
        probabilities.Read(logits);
        return probabilities;
    }
}
