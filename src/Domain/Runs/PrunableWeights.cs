namespace PieService.Domain.Runs;

/// <summary>The number of prunable weights of a model, and of those that are kept.</summary>
public readonly record struct PrunableWeights(long Size, long Kept)
{
    public static PrunableWeights Of(IReadOnlyList<TensorSparsity> tensors) =>
        new(tensors.Sum(tensor => (long)tensor.Size), tensors.Sum(tensor => (long)tensor.Kept));

    /// <summary>The share of the prunable weights that is pruned, in percent.</summary>
    public double AchievedSparsity => Size == 0 ? 0 : 100.0 * (Size - Kept) / Size;

    /// <summary>All / kept weights; 1 if no weight is pruned, null if none is kept.</summary>
    public double? Compression => Kept == 0 ? null : (double)Size / Kept;
}
