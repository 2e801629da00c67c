namespace PieService.Domain.Statistics;

/// <summary>Isotonic regression (Ayer et al. 1955) with equal weights.</summary>
public static class PoolAdjacentViolators
{
    /// <returns>The non-increasing sequence with the smallest sum of squared differences from the values: means of
    /// blocks of neighbours.</returns>
    public static double[] NonIncreasing(IReadOnlyCollection<double> values)
    {
        var blocks = new Stack<(double Sum, int Count)>();
        foreach (var value in values)
        {
            var block = (Sum: value, Count: 1);
            while (blocks.TryPeek(out var before) && before.Sum / before.Count < block.Sum / block.Count)
            {
                blocks.Pop();
                block = (before.Sum + block.Sum, before.Count + block.Count);
            }
            blocks.Push(block);
        }
        return [.. blocks.Reverse().SelectMany(block => Enumerable.Repeat(block.Sum / block.Count, block.Count))];
    }
}
