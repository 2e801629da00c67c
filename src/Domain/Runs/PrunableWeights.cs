namespace PieService.Domain.Runs;

/// <summary>All weights of a model that pruning may take, and those that are left.</summary>
public readonly record struct PrunableWeights(long Size, long Kept)
{
    public static PrunableWeights Of(IReadOnlyList<TensorSparsity> tensors) =>
        new(tensors.Sum(tensor => (long)tensor.Size), tensors.Sum(tensor => (long)tensor.Kept));

    /// <summary>Share of them that is pruned, in percent.</summary>
    public double AchievedSparsity => Size == 0 ? 0 : 100.0 * (Size - Kept) / Size;

    /// <summary>All / those that are left (study 1.12), 1 where nothing is pruned; null where none is left.</summary>
    public double? Compression => Kept == 0 ? null : (double)Size / Kept;
}
