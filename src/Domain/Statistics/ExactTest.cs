namespace PieService.Domain.Statistics;

/// <summary>
/// The exact test of whether two cohorts draw their votes on an example from one distribution, conditional on the votes
/// for each label in both together (analysis 1). The p value depends neither on the order of the labels nor on which
/// cohort is the first. Tables are kept by their totals: so many examples need few computations. Not thread-safe.
/// </summary>
public sealed class ExactTest
{
    private readonly Dictionary<string, VoteTables> known = [];

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
        var tables = Tables(totals[..columns], Math.Min(runs, others));
        return new(tables.P(row[..columns]), tables.Null);
    }

    private VoteTables Tables(ReadOnlySpan<int> totals, int runs)
    {
        Span<char> key = totals.Length < 256 ? stackalloc char[totals.Length + 1] : new char[totals.Length + 1];
        for (var c = 0; c < totals.Length; c++) key[c] = (char)totals[c];
        key[^1] = (char)runs;
        var byTotals = known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byTotals.TryGetValue(key, out var tables))
            byTotals[key] = tables = VoteTables.Of(totals, runs);
        return tables;
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
