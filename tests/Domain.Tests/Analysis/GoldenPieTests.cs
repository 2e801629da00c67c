using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;
using PieService.Domain.Tests.Pies;
using PieService.Golden;

namespace PieService.Domain.Tests.Analysis;

/// <summary>
/// Votes, PIEs and their statistics, as the published code computes them from the logits of two cohorts.
/// </summary>
public class GoldenPieTests
{
    /// <summary>The tolerance of scores, from the golden README: the published code averages in float32.</summary>
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Cases => GoldenFolder.Cases("pies/single-*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Votes_and_majorities_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var labels = golden.Labels();

        Assert.Equal(golden.Whole("dense_votes"), labels.SelectMany(label => label.DenseVotes));
        Assert.Equal(golden.Whole("pruned_votes"), labels.SelectMany(label => label.PrunedVotes));
        Assert.Equal(golden.Whole("dense_mode"), labels.Select(label => (int)label.DenseMode!.Value));
        Assert.Equal(golden.Whole("pruned_mode"), labels.Select(label => (int)label.PrunedMode!.Value));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void PIEs_and_ties_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var (labels, summary) = (golden.Labels(), golden.Summary());

        Assert.Equal(golden.Tensors.Get<byte>("pie"), labels.Select(label => label.IsPie ? (byte)1 : (byte)0));
        Assert.Equal(
            golden.Json.GetProperty("pies").EnumerateArray().Select(pie => pie.GetInt32()),
            labels.Where(label => label.IsPie).Select(label => label.Position));
        Assert.Equal(golden.Json.GetProperty("ties_dense").GetInt32(), summary.DenseTies);
        Assert.Equal(golden.Json.GetProperty("ties_pruned").GetInt32(), summary.PrunedTies);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var summary = golden.Summary();

        Assert.Equal(golden.Number("accuracy_on_pies_dense"), summary.DenseOnPies!.Value, Tolerance);
        Assert.Equal(golden.Number("accuracy_on_pies_pruned"), summary.PrunedOnPies!.Value, Tolerance);
        Assert.Equal(golden.Numbers("seed_accuracy_dense").Average(), summary.DenseScore.Mean, Tolerance);
        Assert.Equal(golden.Numbers("seed_accuracy_pruned").Average(), summary.PrunedScore.Mean, Tolerance);
        // The mean over one seed is the value of that seed.
        AllClose(
            golden.Numbers("seed_accuracy_dense"), [.. golden.Answers.Dense.Select(run => golden.OfOne(run).Mean)]);
        AllClose(
            golden.Numbers("seed_accuracy_pruned"), [.. golden.Answers.Pruned.Select(run => golden.OfOne(run).Mean)]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Classes_are_distributed_as_published(string name)
    {
        var golden = Golden.Of(name);

        var classes = golden.Answers.Classes();
        int[] counts = [.. classes.Select(score => score.Pies)];

        Assert.Equal(
            golden.Json.GetProperty("class_counts").EnumerateArray().Select(count => count.GetInt32()), counts);
        AllClose(golden.Numbers("class_share"), [.. ClassScore.Distribution(counts).Select(share => share!.Value)]);
        // Published for the study's 30 runs only: 30 is a constant of that code.
        if (!golden.Json.TryGetProperty("per_class_accuracy_dense", out _)) return;
        AllClose(golden.Numbers("per_class_accuracy_dense"), [.. classes.Select(score => score.Dense.Accuracy!.Value)]);
        AllClose(
            golden.Numbers("per_class_accuracy_pruned"), [.. classes.Select(score => score.Pruned.Accuracy!.Value)]);
    }

    private static void AllClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    private sealed record Golden(GoldenTensors Tensors, JsonElement Json)
    {
        public static Golden Of(string name) =>
            new(GoldenFolder.Tensors($"{name}.safetensors"), GoldenFolder.Json($"{name}.json"));

        public PackedLabels Gold =>
            PackedLabels.OfClasses(ClassCount, Tensors.Get<long>("labels").Select(label => (int)label));

        public int ClassCount => Json.GetProperty("classes").GetInt32();

        public ComparedAnswers Answers => new(Gold, Packed("dense_logits"), Packed("pruned_logits"));

        public IReadOnlyList<LabelledExample> Labels() =>
            [.. Answers.Labels()];

        public ComparisonSummary Summary() => Answers.Summary();

        public Spread OfOne(PackedLabels run) => new ComparedAnswers(Gold, [run], [run]).Summary().DenseScore;

        public IEnumerable<int> Whole(string tensor) => Tensors.Get<long>(tensor).Select(value => (int)value);

        public double Number(string property) => Json.GetProperty(property).GetDouble();

        public double[] Numbers(string property) =>
            [.. Json.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];

        /// <summary>The class of the highest logit, as a run stores it; the first one of equal logits.</summary>
        private PackedLabels[] Packed(string tensor) =>
        [
            .. Tensors.Get<float>(tensor).Chunk(Gold.Count * ClassCount)
                .Select(run =>
                    PackedLabels.OfClasses(
                        ClassCount, run.Chunk(ClassCount).Select(logits => Array.IndexOf(logits, logits.Max())))),
        ];
    }
}
