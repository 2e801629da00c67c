using MathNet.Numerics.Distributions;

namespace PieService.Domain.Statistics;

/// <summary>The probability that most of n new runs predict one label of multi-label data.</summary>
public static class ReplicatedMajority
{
    /// <summary>New votes are beta-binomial with the parameters V + 1/2 and R - V + 1/2.</summary>
    /// <param name="votes">V, the runs that predict the label, in 0 to R.</param>
    /// <param name="runs">R, at least 1.</param>
    /// <param name="newRuns">n, at least 1.</param>
    /// <returns>The probability that more than n / 2 predict it, in (0, 1).</returns>
    /// <exception cref="ArgumentException">The numbers are outside their ranges.</exception>
    public static double Share(int votes, int runs, int newRuns) =>
        Share(VoteWeights.AfterVotes([votes, runs - votes], newRuns));

    /// <summary>New votes have the share that was seen: binomial with V / R.</summary>
    /// <returns>The probability that more than n / 2 predict it, in [0, 1].</returns>
    /// <inheritdoc cref="Share(int, int, int)"/>
    public static double WithShare(int votes, int runs, int newRuns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(newRuns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(votes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(votes, runs);
        return 1 - Binomial.CDF((double)votes / runs, newRuns, newRuns / 2);
    }

    private static double Share(double[][] weights)
    {
        var (n, majority, all) = (weights[0].Length - 1, 0.0, 0.0);
        for (var k = 0; k <= n; k++)
        {
            var weight = weights[0][k] * weights[1][n - k];
            all += weight;
            if (2 * k > n) majority += weight;
        }
        return majority / all;
    }
}
