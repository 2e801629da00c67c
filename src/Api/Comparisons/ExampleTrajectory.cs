using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Comparisons;

/// <summary>One example in the complete comparisons of a model, a method and a baseline.</summary>
/// <param name="Points">By target sparsity, ascending.</param>
/// <param name="FirstFlip">The lowest target at which it is a PIE, in percent; null if there is none.</param>
/// <param name="LastingFlip">The lowest target from which on it is a PIE at all higher ones; null if it is not at the
/// highest.</param>
/// <param name="Returns">How often it stops being a PIE as the target increases.</param>
/// <param name="Monotone">Whether a PIE stays one at every higher target.</param>
/// <param name="HalfSparsity">The achieved sparsity at which the share of votes for the dense mode falls below half of
/// its value of the dense cohort, in percent; null if it does not, and for multi-label data.</param>
public sealed record ExampleTrajectory(
    string Model, Method Method, Method Baseline, Split Split, IReadOnlyList<TrajectoryPoint> Points,
    double? FirstFlip, double? LastingFlip, int Returns, bool Monotone, double? HalfSparsity)
{
    /// <param name="labels">The labels of the example in labelled comparisons.</param>
    public static IReadOnlyList<ExampleTrajectory> Of(IEnumerable<(Comparison Comparison, PieLabel Label)> labels) =>
    [
        .. from label in labels
           // The sparsity of imported predictions is known only if the import states it.
           where label.Comparison is { IsComplete: true, AchievedSparsity: not null }
           orderby label.Comparison.Sparsity
           group label by (
               label.Comparison.Model, label.Comparison.Method, label.Comparison.Baseline, label.Comparison.Compression)
               into targets
           orderby targets.Min(target => target.Comparison.Ordinal)
           select Of([.. targets]),
    ];

    private static ExampleTrajectory Of(IReadOnlyList<(Comparison Comparison, PieLabel Label)> targets)
    {
        var comparison = targets[0].Comparison;
        List<TrajectoryPoint> points =
            [.. targets.Select(target => TrajectoryPoint.Of(target.Comparison, target.Label))];
        var path = PieTrajectory.Of([.. points.Select(point => ((double)point.Sparsity, point.IsPie))]);
        return new(
            comparison.Model, comparison.Method, comparison.Baseline, comparison.Split, points, path.FirstFlip,
            path.LastingFlip, path.Returns, path.IsMonotone, HalfSparsityOf(points, targets[0].Label));
    }

    private static double? HalfSparsityOf(List<TrajectoryPoint> points, PieLabel label) =>
        label.DenseMode is not { } mode ? null : PieTrajectory.HalfSparsity(
        [
            (0, (double)PackedVotes.Of(label.DenseVotes, mode) / label.DenseRuns),
            .. points.OrderBy(point => point.AchievedSparsity)
                .Select(point => (point.AchievedSparsity!.Value, point.Share!.Value)),
        ]);
}

/// <param name="Sparsity">The target sparsity, in percent.</param>
/// <param name="AchievedSparsity">The mean achieved sparsity of the pruned runs, in percent.</param>
/// <param name="Q">Null if most dense runs have collapsed.</param>
/// <param name="Share">The share of the pruned votes that are for the dense mode, in [0, 1]; null for multi-label
/// data.</param>
public sealed record TrajectoryPoint(
    decimal Sparsity, double? AchievedSparsity, bool IsPie, double? Q, double Taxicab, double? Shift, double? Share)
{
    public static TrajectoryPoint Of(Comparison comparison, PieLabel label) => new(
        comparison.Sparsity, comparison.AchievedSparsity, label.IsPie, label.Q, label.Taxicab, label.Shift,
        label.DenseMode is { } mode ? (double)PackedVotes.Of(label.PrunedVotes, mode) / label.PrunedRuns : null);
}
