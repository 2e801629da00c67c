using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>The binomial distribution with probability 1/2, and the tests that are based on it.</summary>
public static class FairCoin
{
    /// <param name="heads">k, at most <paramref name="tosses"/>; -1 has the probability 0.</param>
    /// <param name="tosses">n, at least 0.</param>
    /// <returns>P(X at most k) = I_1/2(n - k, k + 1), the incomplete beta function.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The numbers are outside their ranges.</exception>
    public static double AtMost(int heads, int tosses)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tosses);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(heads, tosses);
        return heads < 0 ? 0 : heads == tosses ? 1 : SpecialFunctions.BetaRegularized(tosses - heads, heads + 1, 0.5);
    }

    /// <param name="heads">k, in 0 to n.</param>
    /// <param name="tosses">n, at least 0.</param>
    /// <returns>P(X at least k).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The numbers are outside their ranges.</exception>
    public static double AtLeast(int heads, int tosses) => AtMost(tosses - heads, tosses);

    /// <summary>
    /// McNemar's exact test (1947): b discordant pairs of one kind and c of the other are equally likely.
    /// </summary>
    /// <returns>min(1, 2 P(X at most min(b, c))) for X of b + c tosses.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double TwoSided(int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        return Math.Min(1, 2 * AtMost(Math.Min(b, c), b + c));
    }

    /// <summary>
    /// The mid-p of McNemar's test, which counts half of the probability of the observed counts. It does not keep its
    /// level in every case.
    /// </summary>
    /// <returns><see cref="TwoSided"/> - P(X = min(b, c)); 1 without discordant pairs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double MidP(int b, int c)
    {
        if (b + c == 0) return 1;
        var fewer = Math.Min(b, c);
        return TwoSided(b, c) - (AtMost(fewer, b + c) - AtMost(fewer - 1, b + c));
    }
}
