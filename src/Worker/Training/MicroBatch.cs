namespace PieService.Worker.Training;

/// <summary>
/// The number of examples that are computed at once. If memory is too small for a batch, its gradients are added up
/// over parts of it, so that the batch is that of the recipe: without dropout the sums are equal within rounding.
/// </summary>
/// <param name="Size">The number of examples; null for whole batches.</param>
/// <param name="BatchSize">The number of examples of a batch of the recipe.</param>
public readonly record struct MicroBatch(int? Size, int BatchSize)
{
    /// <summary>The parts of a batch, in its order.</summary>
    public IEnumerable<int[]> Of(int[] batch) => Size is { } size && size < batch.Length ? batch.Chunk(size) : [batch];

    /// <summary>A number of examples of another computation, such as an evaluation, in the same proportion.</summary>
    public int Share(int examples) => Size is { } size && size < BatchSize
        ? Math.Max(1, (int)((long)examples * size / BatchSize)) : examples;
}
