namespace PieService.Domain.Datasets;

/// <summary>The number of texts of each length, which is sufficient for mean and percentiles.</summary>
public sealed class LengthCounts
{
    private readonly SortedDictionary<int, int> counts = [];
    private long total, sum;

    public void Add(int length)
    {
        counts[length] = counts.GetValueOrDefault(length) + 1;
        total++;
        sum += length;
    }

    /// <summary>The mean length; there must be at least one text.</summary>
    public TokenLengths Summarise() => new((double)sum / total, Percentile(50), Percentile(95), counts.Keys.Last());

    /// <summary>The percentiles 1 to 100, which bound the share of the texts beyond any length to a percent.</summary>
    public int[] Percentiles() => [.. Enumerable.Range(1, 100).Select(Percentile)];

    /// <summary>Nearest rank: the smallest length that at least this percentage of the texts does not exceed.</summary>
    private int Percentile(int percent)
    {
        var (rank, seen) = ((total * percent + 99) / 100, 0L);
        return counts.First(count => (seen += count.Value) >= rank).Key;
    }
}
