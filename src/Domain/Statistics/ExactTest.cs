namespace PieService.Domain.Statistics;

/// <summary>
/// The exact test of whether two cohorts draw their votes on an example from one distribution, conditional on the votes
/// for each label in both together. The p value depends neither on the order of the labels nor on which
/// cohort is the first. Results are kept by votes, null distributions and tables by totals: so many examples need few
/// computations. Not thread-safe.
/// </summary>
public sealed class ExactTest
{
    /// <summary>
    /// The most values of tables that are kept, some 50 MB. When there are more, all are dropped and computed again
    /// where they are needed, with the same results.
    /// </summary>
    private const int MostValues = 2_000_000;

    private readonly Dictionary<string, TestedVotes> results = [];
    private readonly Dictionary<string, NullDistribution> nulls = [];
    private readonly Dictionary<string, VoteTables> tables = [];
    private int values;

    /// <param name="first">Votes of the first cohort for each of the C labels, none negative, at least one.</param>
    /// <param name="second">Those of the second cohort; the cohorts need not have the same number of runs.</param>
    /// <returns>p, and <see cref="NullDistribution.Uniform"/> if it was computed from random tables, because there are
    /// more than 128 votes for more than two labels or too many tables.</returns>
    /// <exception cref="ArgumentException">The cohorts have different numbers of labels, a vote is negative, or a
    /// cohort has no votes.</exception>
    public TestedVotes Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(second));
        var (runs, others) = (Sum(first), Sum(second));
        if (runs == 0 || others == 0) throw new ArgumentException("Each cohort needs at least one vote.");

        // The smaller row has the same weights and fewer sums.
        var smaller = runs <= others ? first : second;
        Span<int> totals = first.Length <= 256 ? stackalloc int[first.Length] : new int[first.Length];
        Span<int> row = first.Length <= 256 ? stackalloc int[first.Length] : new int[first.Length];
        var columns = 0;
        for (var c = 0; c < first.Length; c++)
        {
            if (first[c] + second[c] == 0) continue;
            (totals[columns], row[columns]) = (first[c] + second[c], smaller[c]);
            columns++;
        }
        totals[..columns].Sort(row[..columns]);
        return Of(totals[..columns], row[..columns], Math.Min(runs, others));
    }

    private TestedVotes Of(ReadOnlySpan<int> totals, ReadOnlySpan<int> row, int runs)
    {
        var length = 1 + (2 * totals.Length);
        Span<char> key = length <= 512 ? stackalloc char[length] : new char[length];
        key[0] = (char)runs;
        for (var c = 0; c < totals.Length; c++)
            (key[1 + c], key[1 + totals.Length + c]) = ((char)totals[c], (char)row[c]);
        var byVotes = results.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byVotes.TryGetValue(key, out var known)) return known;

        var byTotals = key[..(1 + totals.Length)];
        var ofTotals = Tables(byTotals, totals, runs);
        // Tables that are computed again keep the distribution of the first ones, by which examples are counted.
        var distributions = nulls.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!distributions.TryGetValue(byTotals, out var distribution))
            distributions[byTotals] = distribution = ofTotals.Null;
        return byVotes[key] = new(ofTotals.P(row), distribution);
    }

    private VoteTables Tables(ReadOnlySpan<char> key, ReadOnlySpan<int> totals, int runs)
    {
        var byTotals = tables.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byTotals.TryGetValue(key, out var known)) return known;
        var ofTotals = VoteTables.Of(totals, runs);
        if ((values += ofTotals.Size) > MostValues)
        {
            tables.Clear();
            values = ofTotals.Size;
        }
        return byTotals[key] = ofTotals;
    }

    private static int Sum(ReadOnlySpan<int> votes)
    {
        var sum = 0;
        foreach (var vote in votes)
        {
            if (vote < 0) throw new ArgumentException("A number of votes is never negative.");
            sum += vote;
        }
        return sum;
    }
}
