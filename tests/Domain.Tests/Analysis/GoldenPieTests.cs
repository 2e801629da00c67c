using System.Buffers.Binary;
using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Golden;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Votes, PIEs and what is said of them, as the published code computes them from the logits of two cohorts.</summary>
public class GoldenPieTests
{
    /// <summary>Of scores, as the golden folder's README gives it; the published code averages in float32.</summary>
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
        Assert.Equal(golden.Whole("dense_mode"), labels.Select(label => (int)label.Dense.Mode));
        Assert.Equal(golden.Whole("pruned_mode"), labels.Select(label => (int)label.Pruned.Mode));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void PIEs_and_ties_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);

        var (labels, summary) = (golden.Labels(), golden.Summary());

        Assert.Equal(golden.Tensors.Get<byte>("pie"), labels.Select(label => label.IsPie ? (byte)1 : (byte)0));
        Assert.Equal(golden.Json.GetProperty("pies").EnumerateArray().Select(pie => pie.GetInt32()), labels.Where(label => label.IsPie).Select(label => label.Position));
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
        // The mean over one seed is that seed's own.
        AllClose(golden.Numbers("seed_accuracy_dense"), [.. golden.Dense.Select(run => golden.Summary([run], [run]).DenseScore.Mean)]);
        AllClose(golden.Numbers("seed_accuracy_pruned"), [.. golden.Pruned.Select(run => golden.Summary([run], [run]).PrunedScore.Mean)]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Classes_are_distributed_as_published(string name)
    {
        var golden = Golden.Of(name);

        var counts = ClassScores.PiesPerClass(golden.Gold, golden.ClassCount, [.. golden.Labels().Select(label => label.IsPie)]);

        Assert.Equal(golden.Json.GetProperty("class_counts").EnumerateArray().Select(count => count.GetInt32()), counts);
        AllClose(golden.Numbers("class_share"), [.. counts.Select(count => (double)count / counts.Sum())]);
        // Published for the study's 30 runs only: 30 is a constant of that code.
        if (!golden.Json.TryGetProperty("per_class_accuracy_dense", out _)) return;
        AllClose(golden.Numbers("per_class_accuracy_dense"), [.. ClassScores.Accuracy(golden.Gold, golden.ClassCount, golden.Dense).Select(score => score!.Value)]);
        AllClose(golden.Numbers("per_class_accuracy_pruned"), [.. ClassScores.Accuracy(golden.Gold, golden.ClassCount, golden.Pruned).Select(score => score!.Value)]);
    }

    private static void AllClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    private sealed record Golden(GoldenTensors Tensors, JsonElement Json)
    {
        public static Golden Of(string name) => new(GoldenFolder.Tensors($"{name}.safetensors"), GoldenFolder.Json($"{name}.json"));

        public short[] Gold => Array.ConvertAll(Tensors.Get<long>("labels"), label => (short)label);

        public int ClassCount => Json.GetProperty("classes").GetInt32();

        public byte[][] Dense => Packed("dense_logits");

        public byte[][] Pruned => Packed("pruned_logits");

        public IReadOnlyList<LabelledExample> Labels() => [.. PieLabeling.Label(Gold, ClassCount, Dense, Pruned)];

        public ComparisonSummary Summary() => Summary(Dense, Pruned);

        public ComparisonSummary Summary(byte[][] dense, byte[][] pruned) =>
            ComparisonSummary.Of(Labels(), dense, pruned, [0], dense.Length, NoiseFloor.Of(dense, ClassCount, dense.Length));

        public IEnumerable<int> Whole(string tensor) => Tensors.Get<long>(tensor).Select(value => (int)value);

        public double Number(string property) => Json.GetProperty(property).GetDouble();

        public double[] Numbers(string property) => [.. Json.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];

        /// <summary>The class of the highest logit, of equal ones the first, as a run's answers are stored.</summary>
        private byte[][] Packed(string tensor) =>
        [
            .. Tensors.Get<float>(tensor).Chunk(Gold.Length * ClassCount).Select(run => run.Chunk(ClassCount).SelectMany(logits =>
            {
                var bytes = new byte[2];
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)Array.IndexOf(logits, logits.Max()));
                return bytes;
            }).ToArray()),
        ];
    }
}
