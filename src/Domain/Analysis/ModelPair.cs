using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>Two models of a sweep at the same method, target, baseline and split: what pruning does to the one and to the other.</summary>
/// <param name="SparsityDifference">Achieved sparsity of the second less that of the first, in percentage points; null until both are labelled.</param>
/// <param name="Comparable">Whether both really keep about as many weights; null until both are labelled.</param>
/// <param name="Overlap">Null until both are labelled.</param>
public sealed record ModelPair(Comparison First, Comparison Second, double? SparsityDifference, bool? Comparable, PieOverlap? Overlap)
{
    /// <summary>The shares of the weights that are kept may differ by so much of the smaller one.</summary>
    public const double KeptTolerance = 0.05;

    /// <summary>
    /// A target is often missed (study 1.6), and one percentage point more means little at 20 % but twice the weights at 99 %: so it is what
    /// is kept that must be alike, (100 - achieved) of the one at most 1 + <see cref="KeptTolerance"/> times that of the other.
    /// </summary>
    /// <param name="shared">Examples that are PIEs of both.</param>
    public static ModelPair Of(Comparison first, Comparison second, int shared)
    {
        if (first.Summary is not { } one || second.Summary is not { } other) return new ModelPair(first, second, null, null, null);
        var (kept, otherKept) = (100 - one.AchievedSparsity.Mean, 100 - other.AchievedSparsity.Mean);
        return new ModelPair(
            first, second, other.AchievedSparsity.Mean - one.AchievedSparsity.Mean,
            Math.Max(kept, otherKept) <= (1 + KeptTolerance) * Math.Min(kept, otherKept),
            PieOverlap.Of(one.Pies, other.Pies, shared, one.Examples));
    }
}
