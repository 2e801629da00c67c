using MathNet.Numerics.Distributions;

namespace PieService.Domain.Statistics;

/// <summary>
/// The probability that the exact test of one example finds that two cohorts have other shares of votes (analysis 2).
/// As a function of the seeds it is a saw-tooth, because the test is discrete.
/// </summary>
public static class VotePower
{
    private const int FewestSeeds = 2, MostSeeds = 200, Draws = 20_000;

    /// <summary>For two labels, exactly: sum_(i, j) Bin(i) Bin(j) [p(i, j) at most alpha].</summary>
    /// <param name="denseShare">The share of the first label among the votes of the dense cohort, in [0, 1].</param>
    /// <param name="prunedShare">That among the votes of the pruned cohort.</param>
    /// <param name="denseSeeds">The runs of the dense cohort, at least 1.</param>
    /// <param name="prunedSeeds">The runs of the pruned cohort, at least 1.</param>
    /// <param name="alpha">The level, in (0, 1).</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double OfTwoLabels(
        double denseShare, double prunedShare, int denseSeeds, int prunedSeeds, double alpha) =>
        Tables(denseShare, prunedShare, denseSeeds, prunedSeeds, new ExactTest())
            .Where(table => table.P <= alpha * NullDistribution.Tolerance).Sum(table => table.Probability);

    /// <summary>For any number of labels, from 20,000 pairs of cohorts that are drawn by a fixed key.</summary>
    /// <param name="denseShares">The shares of the C labels among the votes of the dense cohort; their sum is
    /// positive, and they are divided by it.</param>
    /// <param name="prunedShares">Those of the pruned cohort.</param>
    /// <inheritdoc cref="OfTwoLabels"/>
    /// <exception cref="ArgumentException">The cohorts have different numbers of labels.</exception>
    public static double OfLabels(
        IReadOnlyList<double> denseShares, IReadOnlyList<double> prunedShares, int denseSeeds, int prunedSeeds,
        double alpha)
    {
        RequireSeeds(denseSeeds, prunedSeeds);
        if (denseShares.Count != prunedShares.Count)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(prunedShares));
        var (test, random, found) = (new ExactTest(), KeyedRandom.For("power", denseSeeds, prunedSeeds), 0);
        for (var draw = 0; draw < Draws; draw++)
        {
            var dense = Draw(denseShares, denseSeeds, random);
            var pruned = Draw(prunedShares, prunedSeeds, random);
            if (test.Of(dense, pruned).P <= alpha * NullDistribution.Tolerance) found++;
        }
        return (double)found / Draws;
    }

    /// <summary>The level that a threshold of q allows for two labels, if a share of the examples is affected like
    /// this one: the largest attainable p of at most q x affected x power(p).</summary>
    /// <param name="q">In (0, 1).</param>
    /// <param name="affected">In (0, 1].</param>
    /// <inheritdoc cref="OfTwoLabels"/>
    /// <returns>The level and its power; 0 and 0 if there is no such p.</returns>
    public static (double Alpha, double Power) AtQ(
        double denseShare, double prunedShare, int denseSeeds, int prunedSeeds, double q, double affected)
    {
        var (best, power) = ((Alpha: 0.0, Power: 0.0), 0.0);
        var tables = Tables(denseShare, prunedShare, denseSeeds, prunedSeeds, new ExactTest())
            .OrderBy(table => table.P).ToList();
        for (var i = 0; i < tables.Count; i++)
        {
            power += tables[i].Probability;
            // The power at p includes every table that is as likely, up to rounding.
            if (i + 1 < tables.Count && tables[i + 1].P <= tables[i].P * NullDistribution.Tolerance) continue;
            if (tables[i].P <= q * affected * power) best = (tables[i].P, power);
        }
        return best;
    }

    /// <summary>The seeds that two cohorts of the same size need.</summary>
    /// <param name="power">The power to reach, in (0, 1).</param>
    /// <inheritdoc cref="OfTwoLabels"/>
    /// <returns>The first number from 2 to 200 with this power; null if there is none.</returns>
    public static int? SeedsNeeded(double denseShare, double prunedShare, double alpha, double power)
    {
        for (var seeds = FewestSeeds; seeds <= MostSeeds; seeds++)
            if (OfTwoLabels(denseShare, prunedShare, seeds, seeds, alpha) >= power) return seeds;
        return null;
    }

    private static IEnumerable<(double P, double Probability)> Tables(
        double denseShare, double prunedShare, int denseSeeds, int prunedSeeds, ExactTest test)
    {
        RequireSeeds(denseSeeds, prunedSeeds);
        RequireShare(denseShare);
        RequireShare(prunedShare);
        double[] dense = Binomials(denseShare, denseSeeds), pruned = Binomials(prunedShare, prunedSeeds);
        for (var i = 0; i <= denseSeeds; i++)
            for (var j = 0; j <= prunedSeeds; j++)
                yield return (
                    test.Of([i, denseSeeds - i], [j, prunedSeeds - j]).P, dense[i] * pruned[j]);
    }

    private static double[] Binomials(double share, int seeds) =>
        [.. Enumerable.Range(0, seeds + 1).Select(votes => Binomial.PMF(share, seeds, votes))];

    private static int[] Draw(IReadOnlyList<double> shares, int seeds, KeyedRandom random)
    {
        var (votes, all) = (new int[shares.Count], shares.Sum());
        for (var seed = 0; seed < seeds; seed++)
        {
            // 53 bits are a uniform double in [0, 1).
            var (left, c) = ((random.NextUInt64() >> 11) * Math.Pow(2, -53) * all, 0);
            while (c + 1 < shares.Count && left >= shares[c]) left -= shares[c++];
            votes[c]++;
        }
        return votes;
    }

    private static void RequireSeeds(int denseSeeds, int prunedSeeds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(denseSeeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(prunedSeeds, 1);
    }

    private static void RequireShare(double share)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), "A share is in [0, 1].");
    }
}
