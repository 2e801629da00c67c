using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Golden;

namespace PieService.Domain.Tests.Analysis;

/// <summary>EL2N, bins and losses, as the published code computes them.</summary>
public class GoldenInfluenceTests
{
    /// <summary>The tolerance that the golden folder's README gives: the published code computes in float32.</summary>
    private const double Relative = 1e-4;

    /// <summary>
    /// If equal examples fill a bin, their deviation is only the float32 rounding error of a loss of about 1.
    /// </summary>
    private const double Float32Rounding = 1e-6;

    public static TheoryData<string> Cases => GoldenFolder.Cases("influence/*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void EL2N_is_the_published_one(string name)
    {
        var golden = Golden.Of(name);

        AllClose(golden.Tensors.Get<double>("el2n"), golden.El2n());
        var first = golden.Numbers("el2n_first");
        AllClose(first, [.. golden.El2n().Take(first.Length)]);
    }

    /// <summary>
    /// Uses the published scores, since a difference in the last bit of float32 changes the order. The published order
    /// of equal scores is that of an unstable sort, so only their ranks are compared.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Ranks_and_bins_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);
        var (el2n, order, bins) =
            (golden.Tensors.Get<double>("el2n"), golden.Tensors.Get<long>("rank"), golden.Tensors.Get<int>("bin"));

        var ranking = InfluenceRanking.Of(el2n);

        Assert.Equal(
            golden.Json.GetProperty("bin_sizes").EnumerateArray().Select(size => size.GetInt32()),
            ranking.Bin.CountBy(bin => bin).OrderBy(bin => bin.Key).Select(bin => bin.Value));
        foreach (var equals in Enumerable.Range(0, bins.Length).GroupBy(i => el2n[i]))
        {
            Assert.Equal(equals.Select(i => bins[i]).Order(), equals.Select(i => ranking.Bin[i]).Order());
            Assert.Equal(
                equals.Select(i => Array.IndexOf(order, (long)i)).Order(), equals.Select(i => ranking.Rank[i]).Order());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Our_own_scores_give_the_published_bins_if_no_scores_are_equal(string name)
    {
        var golden = Golden.Of(name);
        var el2n = golden.El2n();
        var ascending = el2n.Order().ToList();
        Assert.SkipWhen(
            ascending.Zip(ascending.Skip(1)).Any(pair => pair.Second - pair.First < Float32Rounding),
            "Some scores are equal up to float32's rounding.");

        Assert.Equal(golden.Tensors.Get<int>("bin"), InfluenceRanking.Of(el2n).Bin);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_differences_and_ratios_of_the_bins_are_the_published_ones(string name)
    {
        var golden = Golden.Of(name);
        var (dense, pruned) = (golden.Logits("dense_logits"), golden.Logits("pruned_logits"));

        // Uses the published bins, since the bin of each of several equal examples is arbitrary.
        var bins = InfluenceBin.Of(
            golden.Tensors.Get<int>("bin"), golden.Tensors.Get<double>("el2n"), new bool[golden.Gold.Count],
            SeedLosses.Of(golden.Gold, dense.Zip(pruned)));

        AllClose(golden.Numbers("loss_difference_per_bin"), [.. bins.Select(bin => bin.LossDifference)]);
        AllClose(
            golden.Numbers("loss_difference_standard_error"),
            [.. bins.Select(bin => bin.LossDifferenceError ?? double.NaN)]);
        AllClose(golden.Numbers("loss_ratio_per_bin"), [.. bins.Select(bin => bin.LossRatio!.Value)]);
        AllClose(golden.Numbers("loss_ratio_error_bar"), [.. bins.Select(bin => bin.LossRatioError!.Value)]);
    }

    private static void AllClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (one, other) in expected.Zip(actual))
            if (!double.IsNaN(one) || !double.IsNaN(other))
                Assert.InRange(
                    other, one - (Relative * Math.Abs(one)) - Float32Rounding,
                    one + (Relative * Math.Abs(one)) + Float32Rounding);
    }

    private sealed record Golden(GoldenTensors Tensors, JsonElement Json)
    {
        public static Golden Of(string name) => new(
            GoldenFolder.Tensors($"{name}.safetensors"),
            // Python writes NaN, which is not valid JSON.
            JsonDocument.Parse(
                File.ReadAllText(GoldenFolder.Path($"{name}.json"))
                    .Replace("NaN", "null", StringComparison.Ordinal)).RootElement);

        public PackedLabels Gold => Json.TryGetProperty("multilabel", out var multi) && multi.GetBoolean()
            ? PackedLabels.Of(
                LearningTask.MultiLabel, ClassCount,
                Tensors.Get<long>("labels").Chunk(ClassCount)
                    .Select(set =>
                        Enumerable.Range(0, ClassCount).Where(c => set[c] == 1).Select(c => (short)c).ToArray()))
            : PackedLabels.OfClasses(ClassCount, Tensors.Get<long>("labels").Select(label => (int)label));

        public int ClassCount => Json.GetProperty("classes").GetInt32();

        public double[] El2n() => Domain.Analysis.El2n.MeanOverSeeds(Gold, Logits("early_logits"));

        public float[][] Logits(string tensor) => [.. Tensors.Get<float>(tensor).Chunk(Gold.Count * ClassCount)];

        public double[] Numbers(string property) =>
            [.. Json.GetProperty(property).EnumerateArray()
                .Select(number => number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetDouble())];
    }
}
