using System.Runtime.InteropServices;

namespace PieService.Domain.Datasets.Texts;

/// <summary>How often each type (a different token) occurs in the training split.</summary>
public sealed class TrainingTypes
{
    private const double FrequentShare = 0.9;

    private readonly Dictionary<string, int> counts;
    private readonly HashSet<string> frequent = new(StringComparer.Ordinal);

    private TrainingTypes(Dictionary<string, int> counts)
    {
        this.counts = counts;
        Tokens = counts.Values.Sum(count => (long)count);
        var reached = 0L;
        foreach (var (type, count) in counts.OrderByDescending(type => type.Value)
            .ThenBy(type => type.Key, StringComparer.Ordinal))
        {
            if (reached >= FrequentShare * Tokens) break;
            frequent.Add(type);
            reached += count;
        }
    }

    /// <summary>T, the number of tokens.</summary>
    public long Tokens { get; }

    /// <summary>V, the number of types.</summary>
    public int Types => counts.Count;

    /// <param name="texts">The tokens of each text of the training split.</param>
    public static TrainingTypes Of(IEnumerable<IEnumerable<string>> texts)
    {
        var tally = new Tally();
        foreach (var text in texts) tally.Add(text);
        return tally.Types();
    }

    /// <summary>f, the number of its occurrences; 0 for an unseen type.</summary>
    public int Count(string type) => counts.GetValueOrDefault(type);

    /// <summary>-log2((f + 1) / (T + V + 1)), in bits: the information of the token with one more occurrence of every
    /// type, and one unseen type.</summary>
    public double Information(string type) => -Math.Log2((Count(type) + 1.0) / (Tokens + Types + 1));

    /// <summary>Whether it is one of the most frequent types, by count and then ordinal, which together first have 90 %
    /// of the tokens.</summary>
    public bool IsFrequent(string type) => frequent.Contains(type);

    /// <summary>Counts the tokens of one text after the other.</summary>
    public sealed class Tally
    {
        private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

        public void Add(IEnumerable<string> tokens)
        {
            foreach (var token in tokens)
                CollectionsMarshal.GetValueRefOrAddDefault(counts, token, out _)++;
        }

        public TrainingTypes Types() => new(counts);
    }
}
