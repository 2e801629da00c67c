namespace PieService.Domain.Datasets;

/// <summary>How many texts have each length: all that mean and percentiles need, however many texts there are.</summary>
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

    /// <summary>Of at least one text.</summary>
    public TokenLengths Summarise() => new((double)sum / total, Percentile(50), Percentile(95), counts.Keys.Last());

    /// <summary>Nearest rank: the least length that at least so many percent of the texts do not exceed.</summary>
    private int Percentile(int percent)
    {
        var (rank, seen) = ((total * percent + 99) / 100, 0L);
        return counts.First(count => (seen += count.Value) >= rank).Key;
    }
}
