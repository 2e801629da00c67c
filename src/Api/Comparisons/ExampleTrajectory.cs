using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Comparisons;

/// <summary>One example in the complete comparisons of a model, a method and a baseline.</summary>
/// <param name="Compression">The compression of imported cohorts in words, without its bits and percentages unless two
/// cohorts with the same sparsity or bits then have the same words; null if this service trained the runs.</param>
/// <param name="By">What orders the points: sparsity, or the bits of imported cohorts of unknown sparsity.</param>
/// <param name="Points">By target sparsity, ascending, or by bits, descending.</param>
/// <param name="FirstFlip">The first point at which it is a PIE: the lowest target in percent, or the most bits; null
/// if there is none.</param>
/// <param name="LastingFlip">The point from which on it is a PIE at all that follow; null if it is not at the
/// last.</param>
/// <param name="Returns">How often it stops being a PIE along the points.</param>
/// <param name="Monotone">Whether a PIE stays one at every point that follows.</param>
/// <param name="HalfSparsity">The achieved sparsity at which the share of votes for the dense mode falls below half of
/// its value of the dense cohort, in percent; null if it does not, for multi-label data, and by bits.</param>
public sealed partial record ExampleTrajectory(
    string Model, Method Method, Method Baseline, Split Split, string? Compression, TrajectoryScale By,
    IReadOnlyList<TrajectoryPoint> Points, double? FirstFlip, double? LastingFlip, int Returns, bool Monotone,
    double? HalfSparsity)
{
    /// <param name="labels">The labels of the example in labelled comparisons.</param>
    public static IReadOnlyList<ExampleTrajectory> Of(IEnumerable<(Comparison Comparison, PieLabel Label)> labels) =>
    [
        .. from label in labels
           let comparison = label.Comparison
           // An imported cohort of which neither is known has no place in an order.
           where comparison is { IsComplete: true } and ({ KnownSparsity: not null } or { Bits: not null })
           let scale = comparison.KnownSparsity is null ? TrajectoryScale.Bits : TrajectoryScale.Sparsity
           orderby comparison.Sparsity, comparison.Bits descending
           group label by (
               comparison.Model, comparison.Method, comparison.Baseline, Family(comparison.Compression), scale)
               into family
           from points in SharesPlace(family, family.Key.scale)
               ? family.GroupBy(point => point.Comparison.Compression)
               : family.GroupBy(_ => family.Key.Item4)
           orderby points.Min(point => point.Comparison.Ordinal)
           select Of(points.Key, family.Key.scale, [.. points]),
    ];

    private static ExampleTrajectory Of(
        string? compression, TrajectoryScale scale, IReadOnlyList<(Comparison Comparison, PieLabel Label)> labels)
    {
        var comparison = labels[0].Comparison;
        List<TrajectoryPoint> points =
            [.. labels.Select(label => TrajectoryPoint.Of(label.Comparison, label.Label))];
        var path = PieTrajectory.Of(
            [.. labels.Select(label => (PlaceOf(label.Comparison, scale), label.Label.IsPie))]);
        return new(
            comparison.Model, comparison.Method, comparison.Baseline, comparison.Split, compression, scale, points,
            path.FirstFlip, path.LastingFlip, path.Returns, path.IsMonotone,
            scale == TrajectoryScale.Bits ? null : HalfSparsityOf(points, labels[0].Label));
    }

    /// <summary>
    /// A compression without its bits and percentages: "GPTQ 4 bit" and "GPTQ 3 bit" are points of one trajectory, and
    /// so are "int4" and "int8", but not "GPTQ 4 bit group 32" and "GPTQ 4 bit group 128".
    /// </summary>
    private static string? Family(string? compression) => compression is null ? null
        : Blanks().Replace(BitsOrPercentage().Replace(compression, " "), " ").Trim();

    /// <summary>Whether two cohorts have the same sparsity or bits: then they differ in something else.</summary>
    private static bool SharesPlace(
        IEnumerable<(Comparison Comparison, PieLabel Label)> labels, TrajectoryScale scale) =>
        labels.CountBy(label => PlaceOf(label.Comparison, scale)).Any(place => place.Value > 1);

    private static double PlaceOf(Comparison comparison, TrajectoryScale scale) =>
        scale == TrajectoryScale.Bits ? comparison.Bits!.Value : (double)comparison.KnownSparsity!.Value;

    private static double? HalfSparsityOf(List<TrajectoryPoint> points, PieLabel label) =>
        label.DenseMode is not { } mode ? null : PieTrajectory.HalfSparsity(
        [
            (0, (double)PackedVotes.Of(label.DenseVotes, mode) / label.DenseRuns),
            .. points.OrderBy(point => point.AchievedSparsity)
                .Select(point => (point.AchievedSparsity!.Value, point.Share!.Value)),
        ]);

    /// <summary>A number with a percent sign or "bit", and the first one of "int4", "NF4", "W4A16" and
    /// "Q4_K_M".</summary>
    [GeneratedRegex(
        @"(?<![\d.,:])\d+([.,]\d+)?(\s*%|[ -]?bits?(?![a-z]))"
        + @"|(?<=(?<![a-z])(u?int|[nb]?f|fp|q|w))\d+(?![\d.:])",
        RegexOptions.IgnoreCase)]
    private static partial Regex BitsOrPercentage();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

/// <summary>What orders the points of a trajectory.</summary>
public enum TrajectoryScale
{
    [JsonStringEnumMemberName("sparsity")] Sparsity,

    /// <summary>The bits of a weight, the most first.</summary>
    [JsonStringEnumMemberName("bits")] Bits,
}

/// <param name="Sparsity">The target sparsity, in percent; null if it is not known.</param>
/// <param name="AchievedSparsity">The mean achieved sparsity of the pruned runs, in percent; null if it is not
/// known.</param>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
/// <param name="Bits">The bits of one of its weights.</param>
/// <param name="Test">The test of q: paired for an imported cohort whose pairing is model, unpaired otherwise.</param>
/// <param name="Q">Null if most dense runs have collapsed.</param>
/// <param name="Taxicab">The sum over the labels of the absolute differences of the shares of votes.</param>
/// <param name="Shift">The estimated distance of the shares of votes, 0 on average without an effect; null for one
/// seed.</param>
/// <param name="Share">The share of the pruned votes that are for the dense mode, in [0, 1]; null for multi-label
/// data.</param>
public sealed record TrajectoryPoint(
    decimal? Sparsity, double? AchievedSparsity, string? Cohort, double? Bits, bool IsPie, SignificanceTest Test,
    double? Q, double Taxicab, double? Shift, double? Share)
{
    public static TrajectoryPoint Of(Comparison comparison, PieLabel label)
    {
        var test = Significance.DefaultTest(comparison.Pairing);
        return new(
            comparison.KnownSparsity, comparison.AchievedSparsity, comparison.Cohort, comparison.Bits, label.IsPie,
            test, Significance.QOf(label, test), label.Taxicab, label.Shift,
            label.DenseMode is { } mode ? (double)PackedVotes.Of(label.PrunedVotes, mode) / label.PrunedRuns : null);
    }
}
