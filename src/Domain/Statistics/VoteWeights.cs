namespace PieService.Domain.Statistics;

/// <summary>
/// The weights f_j(k) of k new votes for label j. A factor x^k that is common to all labels cancels, since all votes
/// together are n: it is chosen so that the weights are probabilities with means of sum n, which neither overflow nor
/// vanish where they matter.
/// </summary>
internal static class VoteWeights
{
    /// <summary>
    /// Gamma(a_j + k) / (Gamma(a_j) k!) s^k (1 - s)^a_j, a negative binomial distribution, with a_j = V_j + 1 / C.
    /// </summary>
    /// <param name="votes">V_j of each label, at least one vote in total.</param>
    /// <param name="newVotes">n, at least 1.</param>
    /// <returns>For each label n + 1 weights.</returns>
    /// <exception cref="ArgumentException">There are no votes, one is negative, or n is below 1.</exception>
    public static double[][] AfterVotes(ReadOnlySpan<int> votes, int newVotes)
    {
        var (runs, labels) = (Runs(votes, newVotes), votes.Length);
        var s = (double)newVotes / (newVotes + runs + 1);
        return Each(votes, newVotes, v => (v + (1.0 / labels)) * Math.Log(1 - s),
            (v, k) => (v + (1.0 / labels) + k - 1) / k * s);
    }

    /// <summary>(n V_j / R)^k / k! e^(-n V_j / R), a Poisson distribution.</summary>
    /// <inheritdoc cref="AfterVotes"/>
    public static double[][] WithShares(ReadOnlySpan<int> votes, int newVotes)
    {
        double runs = Runs(votes, newVotes);
        return Each(votes, newVotes, v => -newVotes * v / runs, (v, k) => newVotes * v / runs / k);
    }

    /// <summary>By logarithms: f(k) = f(k - 1) x the ratio at k.</summary>
    private static double[][] Each(
        ReadOnlySpan<int> votes, int newVotes, Func<int, double> logOfNone, Func<int, int, double> ratio)
    {
        var weights = new double[votes.Length][];
        for (var j = 0; j < votes.Length; j++)
        {
            var (f, log) = (new double[newVotes + 1], logOfNone(votes[j]));
            f[0] = Math.Exp(log);
            for (var k = 1; k <= newVotes; k++) f[k] = Math.Exp(log += Math.Log(ratio(votes[j], k)));
            weights[j] = f;
        }
        return weights;
    }

    private static int Runs(ReadOnlySpan<int> votes, int newVotes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(newVotes, 1);
        var runs = 0;
        foreach (var v in votes) runs += v >= 0 ? v : throw new ArgumentException("Votes are never negative.");
        return runs > 0 ? runs : throw new ArgumentException("There must be at least one vote.", nameof(votes));
    }
}
