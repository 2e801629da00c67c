using MathNet.Numerics.Distributions;

namespace PieService.Domain.Statistics;

/// <summary>
/// The probability that the exact test of one example finds that two cohorts have other shares of votes.
/// For two labels it is exact, sum_(i, j) Bin(i) Bin(j) [p(i, j) at most alpha]; for more it comes from pairs of
/// cohorts that are drawn by a fixed key. As a function of the seeds it is a saw-tooth, because the test is discrete.
/// </summary>
public sealed class VotePower
{
    public const int FewestSeeds = 2, MostLabels = 4;

    /// <summary>For two labels; more labels have <see cref="MostSeedsOf"/>.</summary>
    public const int MostSeeds = 200;

    private const int Draws = 20_000, DrawsOfSearch = 2_000;

    private readonly double[] dense, pruned;
    private readonly ExactTest test = new();

    /// <param name="dense">The shares of the 2 to 4 labels among the votes of the dense cohort, each in [0, 1]; they
    /// are divided by their sum.</param>
    /// <param name="pruned">Those of the pruned cohort.</param>
    /// <exception cref="ArgumentException">The cohorts have different numbers of labels, or the shares are outside
    /// their ranges.</exception>
    public VotePower(IReadOnlyList<double> dense, IReadOnlyList<double> pruned)
    {
        if (dense.Count is < 2 or > MostLabels || dense.Count != pruned.Count)
            throw new ArgumentException($"Both cohorts vote on the same 2 to {MostLabels} labels.", nameof(pruned));
        (this.dense, this.pruned) = (Normalised(dense), Normalised(pruned));
    }

    /// <summary>The most seeds of a cohort for this number of labels.</summary>
    /// <remarks>
    /// The votes of 128 runs on three labels can be counted exactly. On four labels almost all of the 20,000 pairs of
    /// cohorts have totals of their own, whose tables would take 5 s for 64 seeds, and take 1 s for 40.
    /// </remarks>
    /// <param name="labels">From 2 to <see cref="MostLabels"/>.</param>
    public static int MostSeedsOf(int labels) => labels switch
    {
        <= 2 => MostSeeds,
        3 => 64,
        _ => 40,
    };

    /// <summary>Whether the power is exact; else its standard error is at most 0.0035.</summary>
    public bool IsExact => dense.Length == 2;

    /// <param name="denseSeeds">The runs of the dense cohort, at least 1.</param>
    /// <param name="prunedSeeds">The runs of the pruned cohort, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of seeds is outside its range.</exception>
    public (double Alpha, double Power) At(TestLevel level, int denseSeeds, int prunedSeeds) =>
        level.PowerOf(Outcomes(denseSeeds, prunedSeeds));

    /// <summary>The smallest q that the example can reach, if a share of the examples is affected like it.</summary>
    /// <param name="affected">In (0, 1].</param>
    /// <inheritdoc cref="At"/>
    /// <returns>In [0, 1].</returns>
    public double SmallestQ(double affected, int denseSeeds, int prunedSeeds) =>
        TestLevel.Q.Smallest(Outcomes(denseSeeds, prunedSeeds), affected);

    /// <summary>The seeds that two cohorts of the same size need.</summary>
    /// <param name="power">The power to reach, in (0, 1).</param>
    /// <returns>The first number with this power. For more than two labels it is approximate: it is found by bisection,
    /// as if power grew with every seed, with 2,000 draws for each number. Null if there is none.</returns>
    public int? SeedsNeeded(TestLevel level, double power)
    {
        if (IsExact)
        {
            for (var seeds = FewestSeeds; seeds <= MostSeeds; seeds++)
                if (At(level, seeds, seeds).Power >= power) return seeds;
            return null;
        }
        var (below, reached) = (FewestSeeds - 1, MostSeedsOf(dense.Length));
        if (!IsReached(reached)) return null;
        while (reached - below > 1)
        {
            var middle = (below + reached) / 2;
            if (IsReached(middle)) reached = middle;
            else below = middle;
        }
        return reached;

        bool IsReached(int seeds) => level.PowerOf(Drawn(seeds, seeds, DrawsOfSearch)).Power >= power;
    }

    private IEnumerable<(double P, double Probability)> Outcomes(int denseSeeds, int prunedSeeds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(denseSeeds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(prunedSeeds, 1);
        if (IsExact) return OfTwoLabels(denseSeeds, prunedSeeds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(denseSeeds, MostSeedsOf(dense.Length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prunedSeeds, MostSeedsOf(dense.Length));
        return Drawn(denseSeeds, prunedSeeds, Draws);
    }

    private IEnumerable<(double P, double Probability)> OfTwoLabels(int denseSeeds, int prunedSeeds)
    {
        double[] ofDense = Binomials(dense[0], denseSeeds), ofPruned = Binomials(pruned[0], prunedSeeds);
        for (var i = 0; i <= denseSeeds; i++)
            for (var j = 0; j <= prunedSeeds; j++)
                yield return (test.Of([i, denseSeeds - i], [j, prunedSeeds - j]).P, ofDense[i] * ofPruned[j]);
    }

    private IEnumerable<(double P, double Probability)> Drawn(int denseSeeds, int prunedSeeds, int draws)
    {
        var random = KeyedRandom.For("power", denseSeeds, prunedSeeds);
        for (var draw = 0; draw < draws; draw++)
        {
            var (votes, others) = (Draw(dense, denseSeeds, random), Draw(pruned, prunedSeeds, random));
            yield return (test.Of(votes, others).P, 1.0 / draws);
        }
    }

    private static double[] Binomials(double share, int seeds) =>
        [.. Enumerable.Range(0, seeds + 1).Select(votes => Binomial.PMF(share, seeds, votes))];

    private static int[] Draw(double[] shares, int seeds, KeyedRandom random)
    {
        var votes = new int[shares.Length];
        for (var seed = 0; seed < seeds; seed++)
        {
            var (left, c) = (random.NextDouble(), 0);
            while (c + 1 < shares.Length && left >= shares[c]) left -= shares[c++];
            votes[c]++;
        }
        return votes;
    }

    private static double[] Normalised(IReadOnlyList<double> shares)
    {
        var sum = shares.Sum();
        if (!shares.All(share => share is >= 0 and <= 1) || !(sum > 0))
            throw new ArgumentException("A share is in [0, 1], and their sum is positive.", nameof(shares));
        return [.. shares.Select(share => share / sum)];
    }
}
