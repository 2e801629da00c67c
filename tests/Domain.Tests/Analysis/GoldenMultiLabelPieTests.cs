using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Tests.Pies;
using PieService.Golden;

namespace PieService.Domain.Tests.Analysis;

/// <summary>
/// PIEs of multi-label data and their statistics, as the published code computes them from the logits and the
/// threshold of each run.
/// </summary>
public class GoldenMultiLabelPieTests
{
    /// <summary>The tolerance of scores, from the README of the golden folder.</summary>
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Cases => GoldenFolder.Cases("pies/multi-*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void PIEs_of_each_class_and_their_union_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var labels = golden.Answers.Labels().ToList();

        Assert.Equal(golden.Whole("pies"), labels.Where(label => label.IsPie).Select(label => label.Position));
        var ofClasses = golden.Json.GetProperty("pies_per_class").EnumerateArray().ToList();
        Assert.Equal(golden.Answers.Gold.ClassCount, ofClasses.Count);
        for (var c = 0; c < ofClasses.Count; c++)
        {
            var runs = golden.Answers.Dense.Count;
            Assert.Equal(
                ofClasses[c].EnumerateArray().Select(pie => pie.GetInt32()),
                labels.Where(
                    label => new LabelVotes(label.DenseVotes, runs).IsPredicted(c) != new LabelVotes(
                        label.PrunedVotes, runs).IsPredicted(c)).Select(label => label.Position));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_on_PIEs_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var summary = golden.Answers.Summary();

        Assert.Equal(golden.Json.GetProperty("pies").GetArrayLength(), summary.Pies);
        Assert.Equal(
            golden.Json.GetProperty("macro_f1_on_pies_dense").GetDouble(), summary.DenseOnPies!.Value, Tolerance);
        Assert.Equal(
            golden.Json.GetProperty("macro_f1_on_pies_pruned").GetDouble(), summary.PrunedOnPies!.Value, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Classes_are_distributed_and_predicted_as_published(string name)
    {
        var golden = Golden.Of(name);

        var classes = golden.Answers.Classes();

        Assert.Equal(golden.Whole("label_counts_of_pies"), classes.Select(score => score.Pies));
        Assert.Equal(golden.Whole("pies_per_class_count"), classes.Select(score => score.Differing!.Value));
        AllClose(
            golden.Numbers("label_share_of_pies"),
            ClassScore.Distribution(classes.Select(score => score.Pies)).Select(share => share!.Value));
        AllClose(
            golden.Numbers("pies_per_class_share"),
            ClassScore.Distribution(classes.Select(score => score.Differing!.Value)).Select(share => share!.Value));
        AllClose(golden.Numbers("per_class_f1_dense"), classes.Select(score => score.Dense.F1.Mean));
        AllClose(golden.Numbers("per_class_f1_pruned"), classes.Select(score => score.Pruned.F1.Mean));
    }

    private static void AllClose(double[] expected, IEnumerable<double> actual)
    {
        double[] ours = [.. actual];
        Assert.Equal(expected.Length, ours.Length);
        Assert.All(expected.Zip(ours), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    private sealed record Golden(JsonElement Json, ComparedAnswers Answers)
    {
        public static Golden Of(string name)
        {
            var (json, tensors) = (GoldenFolder.Json($"{name}.json"), GoldenFolder.Tensors($"{name}.safetensors"));
            var classes = json.GetProperty("classes").GetInt32();
            var gold = PackedLabels.Of(LearningTask.MultiLabel, classes, tensors.Get<byte>("labels").Chunk(classes)
                .Select(set => Enumerable.Range(0, classes).Where(c => set[c] == 1).Select(c => (short)c).ToArray()));
            return new(json, new(gold, Cohort("dense"), Cohort("pruned")));

            PackedLabels[] Cohort(string cohort) =>
            [
                .. tensors.Get<float>($"{cohort}_logits").Chunk(gold.Count * classes)
                    .Zip(json.GetProperty($"thresholds_{cohort}").EnumerateArray(),
                        (logits, threshold) => DecisionThreshold.Decide(logits, classes, threshold.GetDouble())),
            ];
        }

        public IEnumerable<int> Whole(string property) =>
            Json.GetProperty(property).EnumerateArray().Select(number => number.GetInt32());

        public double[] Numbers(string property) =>
            [.. Json.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];
    }
}
