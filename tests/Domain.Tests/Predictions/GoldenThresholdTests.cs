using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Golden;

namespace PieService.Domain.Tests.Predictions;

/// <summary>Thresholds and scores of multi-label data, as the published code and scikit-learn compute them.</summary>
public class GoldenThresholdTests
{
    /// <summary>The tolerance of the golden folder: only the order of a sum may differ.</summary>
    private const double Tolerance = 1e-12;

    [Fact]
    public void Thresholds_and_scores_are_the_published_ones()
    {
        var cases = GoldenFolder.Json("thresholds.json").EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        foreach (var golden in cases)
        {
            var sets = golden.GetProperty("labels").EnumerateArray()
                .Select(row =>
                    Numbers(row).Index().Where(label => label.Item == 1).Select(label => (short)label.Index).ToArray())
                .ToList();
            float[][] rows = [
                .. golden.GetProperty("logits").EnumerateArray()
                    .Select(row => Numbers(row).Select(logit => (float)logit).ToArray())];
            float[] logits = [.. rows.SelectMany(row => row)];
            var gold = PackedLabels.Of(LearningTask.MultiLabel, rows[0].Length, sets);

            AllClose(Numbers(golden.GetProperty("macro_f1_by_threshold")), DecisionThreshold.MacroF1(gold, logits));
            var threshold = DecisionThreshold.Tune(gold, logits);
            Assert.Equal(golden.GetProperty("threshold").GetDouble(), threshold);

            var scores = LabelCounts.Of(gold, DecisionThreshold.Decide(logits, gold.ClassCount, threshold)).Scores();
            string[] names = ["subset_accuracy", "macro_f1", "micro_f1", "macro_precision", "micro_precision",
                "macro_recall", "micro_recall"];
            AllClose(
                [.. names.Select(name => golden.GetProperty(name).GetDouble())],
                [scores.Accuracy, scores.MacroF1, scores.MicroF1, scores.MacroPrecision, scores.MicroPrecision,
                    scores.MacroRecall, scores.MicroRecall]);
        }
    }

    [Fact]
    public void Scores_of_each_class_are_those_of_scikit_learn()
    {
        var golden = GoldenFolder.Json("statistics.json").GetProperty("per_class");
        var (precision, recall, f1) =
            (Numbers(golden.GetProperty("precision")), Numbers(golden.GetProperty("recall")),
                Numbers(golden.GetProperty("f1")));
        var classes = f1.Length;

        var counts = LabelCounts.Of(Of("gold"), Of("predicted"));

        AllClose(precision, [.. Enumerable.Range(0, classes).Select(counts.Precision)]);
        AllClose(recall, [.. Enumerable.Range(0, classes).Select(counts.Recall)]);
        AllClose(f1, [.. Enumerable.Range(0, classes).Select(counts.F1)]);
        Assert.Equal(golden.GetProperty("macro_f1").GetDouble(), counts.Scores().MacroF1, Tolerance);
        Assert.Equal(golden.GetProperty("micro_f1").GetDouble(), counts.Scores().MicroF1, Tolerance);

        PackedLabels Of(string name) =>
            PackedLabels.OfClasses(classes, Numbers(golden.GetProperty(name)).Select(label => (int)label));
    }

    private static double[] Numbers(JsonElement list) =>
        [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static void AllClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }
}
