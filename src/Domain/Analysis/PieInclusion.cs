using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The probability that as many new seeds would make an example a PIE. Distributions are kept by votes, so
/// many examples need few computations. Not thread-safe.
/// </summary>
public sealed class PieInclusion
{
    /// <summary>
    /// The largest (C - 2) R^3: the distribution of a mode then takes at most 3 ms, for each different vote.
    /// </summary>
    private const double MostWork = 10_000_000;

    /// <summary>The most probabilities of distributions that are kept, 32 MB. When there are more, all are dropped and
    /// computed again where they are needed, with the same results.</summary>
    private const int MostValues = 4_000_000;

    private readonly Dictionary<string, double[]> modes = [];
    private readonly Dictionary<(int Votes, int Runs), double> majorities = [];

    /// <summary>
    /// Whether the probability for single-label data takes little enough time. The distribution of a mode needs
    /// products of C polynomials of R votes for each number of votes that it may have; for two labels they are sums.
    /// </summary>
    /// <param name="classCount">C.</param>
    /// <param name="runs">R of the larger cohort.</param>
    public static bool CanCompute(int classCount, int runs) => (classCount - 2) * Math.Pow(runs, 3) <= MostWork;

    /// <summary>For single-label data: 1 - sum_c a_c b_c, with the distributions a and b of both modes.</summary>
    /// <param name="dense">The votes for each of the C labels, at least one.</param>
    /// <param name="pruned">Those of the pruned cohort.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="ArgumentException">The cohorts have different numbers of labels, or a cohort has no
    /// votes.</exception>
    public double Of(ReadOnlySpan<int> dense, ReadOnlySpan<int> pruned)
    {
        if (dense.Length != pruned.Length)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(pruned));
        return Differing(Mode(dense), Mode(pruned));
    }

    /// <summary>For multi-label data: 1 - prod_c (1 - (a_c (1 - b_c) + b_c (1 - a_c))), with the probabilities a and b
    /// that a majority predicts the label.</summary>
    /// <param name="dense">The runs that predict each label.</param>
    /// <param name="denseRuns">At least 1.</param>
    /// <inheritdoc cref="Of"/>
    public double OfLabels(ReadOnlySpan<int> dense, int denseRuns, ReadOnlySpan<int> pruned, int prunedRuns)
    {
        if (dense.Length != pruned.Length)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(pruned));
        var same = 1.0;
        for (var c = 0; c < dense.Length; c++)
            same *= 1 - Differing(Majority(dense[c], denseRuns), Majority(pruned[c], prunedRuns));
        return 1 - same;
    }

    /// <summary>The probability that two modes with these distributions differ.</summary>
    internal static double Differing(double[] a, double[] b) => 1 - a.Zip(b, (one, other) => one * other).Sum();

    /// <summary>The probability that exactly one of two majorities predicts a label.</summary>
    internal static double Differing(double a, double b) => (a * (1 - b)) + (b * (1 - a));

    private double[] Mode(ReadOnlySpan<int> votes)
    {
        Span<char> key = votes.Length <= 256 ? stackalloc char[votes.Length] : new char[votes.Length];
        var runs = 0;
        for (var c = 0; c < votes.Length; c++)
        {
            key[c] = (char)votes[c];
            runs += votes[c];
        }
        var byVotes = modes.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byVotes.TryGetValue(key, out var known)) return known;
        if ((modes.Count + 1L) * votes.Length > MostValues) modes.Clear();
        return byVotes[key] = ReplicatedMode.AfterVotes(votes, runs);
    }

    private double Majority(int votes, int runs)
    {
        if (!majorities.TryGetValue((votes, runs), out var share))
            majorities[(votes, runs)] = share = ReplicatedMajority.Share(votes, runs, runs);
        return share;
    }
}
