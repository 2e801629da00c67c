namespace PieService.Domain.Predictions;

/// <summary>Consecutive examples of a split, which are read and processed together.</summary>
/// <param name="Start">The position of the first example.</param>
/// <param name="Count">The number of examples, at least one.</param>
public readonly record struct ExampleBlock(int Start, int Count)
{
    /// <summary>
    /// Divides a split into blocks of about equal size, so that memory depends on the budget and not on the split.
    /// </summary>
    /// <param name="bytesPerExample">The bytes of one example in all runs together.</param>
    /// <param name="budget">The most bytes that a block may have, if it has more than one example.</param>
    /// <returns>The blocks in order; each example is in one of them.</returns>
    public static IEnumerable<ExampleBlock> Of(int examples, long bytesPerExample, long budget)
    {
        if (examples == 0) yield break;
        var most = Math.Max(1, budget / Math.Max(1, bytesPerExample));
        var blocks = (examples + most - 1) / most;
        var size = (int)((examples + blocks - 1) / blocks);
        for (var start = 0; start < examples; start += size) yield return new(start, Math.Min(size, examples - start));
    }
}
