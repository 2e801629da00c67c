using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class ClassAnalysisTests
{
    [Fact]
    public void Class_tests_are_those_of_the_reference() => Each("analysis.json", "class_tests", golden =>
    {
        var labels = golden.Int("labels");

        Compare(
            golden.GetProperty("classes"),
            InOneBlock.Recalls(
                golden.Answers("gold", labels), golden.Runs("dense", labels), golden.Runs("pruned", labels)));
    });

    [Fact]
    public void The_distribution_of_PIEs_is_that_of_the_reference() => Each(
        "analysis.json", "class_distribution", golden =>
        {
            var gold = golden.Answers("gold", golden.Int("labels"));

            Compare(golden.GetProperty("expected"), InOneBlock.Distribution(gold, golden.Members("pies", gold.Count)));
        });

    [Fact]
    public void Subgroups_are_those_of_the_reference() => Each("analysis.json", "subgroups", golden =>
    {
        var (c, expected) = (golden.Int("label"), golden.GetProperty("expected"));
        var gold = golden.Answers("gold", 100);
        var (dense, pruned, group) =
            (golden.Runs("dense", 100), golden.Runs("pruned", 100), golden.Members("group", gold.Count));

        var effect = InOneBlock.Subgroup(new(gold, dense, pruned), group, golden.Members("pies", gold.Count), c);
        CompareRate(expected.GetProperty("fpr"), effect.FalsePositives?.Rate);
        CompareRate(expected.GetProperty("fnr"), effect.FalseNegatives?.Rate);
        var pies = effect.Pies!;
        var rate = expected.GetProperty("pie_rate");
        Close(rate.Number("group"), pies.Group);
        Close(rate.Number("rest"), pies.Rest);
        Close(rate.Optional("ratio"), pies.Ratio?.Value);
        Close(rate.Optional("low"), pies.Ratio?.Low);
        Close(rate.Optional("high"), pies.Ratio?.High);
    });

    [Fact]
    public void PIEs_of_one_class_only_have_no_distribution()
    {
        Assert.Null(InOneBlock.Distribution(PackedLabels.OfClasses(2, 1, 1, 1), [true, false, false]));
        Assert.Null(InOneBlock.Distribution(PackedLabels.OfClasses(2, 0, 1, 1), [false, false, false]));
    }

    [Fact]
    public void Multi_label_data_without_any_label_has_no_distribution_and_no_class_test()
    {
        var gold = new PackedLabels(LearningTask.MultiLabel, 2, [0, 0, 0]);
        var predicted = new PackedLabels(LearningTask.MultiLabel, 2, [1, 0, 3]);

        Assert.Null(InOneBlock.Distribution(gold, [true, false, false]));
        Assert.Equal([null, null], InOneBlock.Recalls(gold, [gold, predicted], [predicted, gold]));
    }

    /// <summary>
    /// Each PIE is of another label than the other examples, and no permutation is as extreme: the p value states the
    /// number of permutations.
    /// </summary>
    [Theory]
    [InlineData(200, 9999)]
    [InlineData(400, 5000)]
    [InlineData(10_000, 200)]
    public void Many_labels_have_fewer_permutations(int labels, int permutations)
    {
        int[] examples = [.. Enumerable.Repeat(4, labels)], pies = [4, 4, 4, .. Enumerable.Repeat(0, labels - 3)];

        var classes = PieClasses.Of(LearningTask.SingleLabel, examples, pies, n: 4 * labels, allPies: 12)!;

        Assert.Equal(1.0 / (1 + permutations), classes.PermutationP);
    }

    [Fact]
    public void A_group_without_PIEs_has_no_ratio() =>
        Assert.Equal(new SubgroupPies(0, 0.5, null), SubgroupPies.Of((0, 1), (1, 2)));

    [Fact]
    public void A_group_without_examples_of_the_class_has_no_rate()
    {
        var gold = PackedLabels.OfClasses(2, 0, 1);

        Assert.Null(Effect([true, false]).FalseNegatives);
        Assert.Null(Effect([false, true]).FalseNegatives!.Rate.Test);
        Assert.Null(Effect([true, true]).Pies);

        SubgroupEffect Effect(bool[] group) => InOneBlock.Subgroup(new(gold, [gold], [gold]), group, [true, false], 1);
    }

    [Fact]
    public void A_cohort_of_one_run_has_no_class_test()
    {
        var gold = PackedLabels.OfClasses(2, 0, 1);

        Assert.Throws<ArgumentException>(() => InOneBlock.Recalls(gold, [gold, gold], [gold]));
    }

    internal static void Compare(JsonElement classes, IReadOnlyList<ClassRecall?> recalls)
    {
        Assert.Equal(classes.GetArrayLength(), recalls.Count);
        foreach (var (expected, actual) in classes.EnumerateArray().Zip(recalls))
        {
            Assert.Equal(expected.ValueKind == JsonValueKind.Null, actual is null);
            if (actual is null) continue;
            Close(expected.Number("difference"), actual.Test.Difference);
            Close(expected.Optional("t"), actual.Test.T);
            Close(expected.Optional("df"), actual.Test.Df);
            CloseP(expected.Optional("p"), actual.Test.P);
            // A class without p has no members for the rest.
            if (actual.Test.P is null) continue;
            Close(expected.Number("low"), actual.Test.Low);
            Close(expected.Number("high"), actual.Test.High);
            CloseP(expected.Number("holm"), actual.Holm);
            CloseP(expected.Number("q"), actual.Q);
        }
    }

    /// <summary>
    /// Two of four examples are PIEs, both of the first class: one of the six ways to choose them is that, and one is
    /// the opposite, which is as extreme.
    /// </summary>
    [Fact]
    public void Few_expected_examples_have_a_p_value_by_permutation()
    {
        var classes = PieClasses.Of(LearningTask.SingleLabel, [2, 2], [2, 0], n: 4, allPies: 2)!;

        Assert.True(classes.SmallExpected);
        Assert.Equal(2 / 6.0, classes.PermutationP!.Value, 0.025);
        Assert.Equal(classes, PieClasses.Of(LearningTask.SingleLabel, [2, 2], [2, 0], n: 4, allPies: 2)! with
        {
            Residuals = classes.Residuals,
        });
        Assert.Null(PieClasses.Of(LearningTask.SingleLabel, [20, 20], [15, 5], n: 40, allPies: 20)!.PermutationP);
        Assert.Null(PieClasses.Of(LearningTask.MultiLabel, [2, 2], [2, 0], n: 4, allPies: 2)!.PermutationP);
    }

    internal static void Compare(JsonElement expected, PieClasses? classes)
    {
        Close(expected.Number("chi_square"), classes!.ChiSquare);
        Assert.Equal(expected.Int("df"), classes.Df);
        CloseP(expected.Number("p"), classes.P);
        Close(expected.Number("cramers_v"), classes.CramersV);
        Assert.Equal(expected.GetProperty("small_expected").GetBoolean(), classes.SmallExpected);
        foreach (var (residual, actual) in expected.GetProperty("residuals").EnumerateArray().Zip(classes.Residuals))
            Close(residual.ValueKind == JsonValueKind.Null ? null : residual.GetDouble(), actual);
    }

    private static void CompareRate(JsonElement expected, SubgroupRate? rate)
    {
        Close(expected.Number("dense"), rate!.Dense);
        Close(expected.Number("pruned"), rate.Pruned);
        Close(expected.Optional("relative_change"), rate.RelativeChange);
        CompareTest(expected.GetProperty("test"), rate.Test);
        CompareTest(expected.GetProperty("beyond_rest"), rate.BeyondRest);
    }

    private static void CompareTest(JsonElement expected, WelchTest? test)
    {
        Close(expected.Number("difference"), test!.Difference);
        Close(expected.Optional("t"), test.T);
        Close(expected.Optional("df"), test.Df);
        CloseP(expected.Optional("p"), test.P);
        Close(expected.Optional("low"), test.Low);
        Close(expected.Optional("high"), test.High);
    }
}
