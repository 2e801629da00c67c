using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>The result of <see cref="PieLabeling"/> for one example.</summary>
/// <param name="Position">The place of the example in the predictions that were labelled: in a block of examples, the
/// place in the block.</param>
/// <param name="DenseVotes">The number of runs that predict each of the C classes.</param>
/// <param name="Gold">The gold class of single-label data; null for multi-label data, as are the modes.</param>
/// <param name="DenseMode">The majority for single-label data; for multi-label data it follows from the votes.</param>
/// <param name="Margin">The certainty of the less certain cohort, in [0, 1].</param>
/// <param name="Direction">Null if the example is not a PIE.</param>
public sealed record LabelledExample(
    int Position, int[] DenseVotes, int[] PrunedVotes, short? Gold, short? DenseMode, short? PrunedMode,
    bool DenseTied, bool PrunedTied, double Margin, bool IsPie, PieDirection? Direction)
{
    public static LabelledExample SingleLabel(int position, PackedLabels labels, int[] denseVotes, int[] prunedVotes)
    {
        var (dense, pruned, gold) = (Vote.Of(denseVotes), Vote.Of(prunedVotes), (short)labels.ClassAt(position));
        PieDirection? direction =
            dense.Mode == pruned.Mode ? null
            : dense.Mode == gold ? PieDirection.DenseRight
            : pruned.Mode == gold ? PieDirection.PrunedRight
            : PieDirection.BothWrong;
        return new(
            position, denseVotes, prunedVotes, gold, dense.Mode, pruned.Mode, dense.IsTied, pruned.IsTied,
            Math.Min(dense.Margin, pruned.Margin), direction is not null, direction);
    }

    /// <summary>
    /// The smallest margin of both cohorts over the classes on which they differ; if they differ on none, over all
    /// classes.
    /// </summary>
    public static LabelledExample MultiLabel(int position, PackedLabels gold, LabelVotes dense, LabelVotes pruned)
    {
        IReadOnlyList<int> differing = [.. dense.DifferingFrom(pruned)];
        var margin = (differing.Count > 0 ? differing : Enumerable.Range(0, gold.ClassCount))
            .Min(c => Math.Min(dense.Margin(c), pruned.Margin(c)));
        // If they differ on a class, one of the cohorts is right about it.
        PieDirection? direction =
            differing.Count == 0 ? null
            : differing.All(c => dense.IsPredicted(c) == gold.Has(position, c)) ? PieDirection.DenseRight
            : differing.All(c => pruned.IsPredicted(c) == gold.Has(position, c)) ? PieDirection.PrunedRight
            : PieDirection.Mixed;
        return new(
            position, dense.Votes, pruned.Votes, null, null, null, dense.IsTied, pruned.IsTied, margin,
            differing.Count > 0, direction);
    }
}
