using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Two models of a sweep at the same method, target, baseline and split, to compare the effects of pruning on them.
/// </summary>
/// <param name="SparsityDifference">The achieved sparsity of the second minus that of the first, in percentage points;
/// null until both are labelled, and for imported predictions of unknown sparsity.</param>
/// <param name="Comparable">Whether both keep about the same share of their weights; null where the difference
/// is.</param>
/// <param name="Overlap">Null until both are labelled.</param>
public sealed record ModelPair(
    Comparison First, Comparison Second, double? SparsityDifference, bool? Comparable, PieOverlap? Overlap)
{
    /// <summary>The shares of kept weights may differ by this fraction of the smaller one.</summary>
    public const double KeptTolerance = 0.05;

    /// <summary>
    /// A target is often missed. One percentage point is little at 20 %, but twice the kept weights at 99
    /// %. So the shares of kept weights are compared: 100 - achieved of the one must be at most 1 +
    /// <see cref="KeptTolerance"/> times that of the other.
    /// </summary>
    /// <param name="shared">Examples that are PIEs of both.</param>
    public static ModelPair Of(Comparison first, Comparison second, int shared)
    {
        if (first.Summary is not { } one || second.Summary is not { } other)
            return new ModelPair(first, second, null, null, null);
        var overlap = PieOverlap.Of(one.Pies, other.Pies, shared, one.Examples);
        if ((one.AchievedSparsity?.Mean, other.AchievedSparsity?.Mean) is not ({ } sparsity, { } otherSparsity))
            return new ModelPair(first, second, null, null, overlap);
        var (kept, otherKept) = (100 - sparsity, 100 - otherSparsity);
        return new ModelPair(
            first, second, otherSparsity - sparsity,
            Math.Max(kept, otherKept) <= (1 + KeptTolerance) * Math.Min(kept, otherKept), overlap);
    }
}
