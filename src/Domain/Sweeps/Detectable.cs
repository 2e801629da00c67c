using PieService.Domain.Statistics;

namespace PieService.Domain.Sweeps;

/// <summary>What the seeds of a sweep can show about the examples of a comparison.</summary>
/// <param name="Seeds">R of each cohort.</param>
/// <param name="Examples">N, the examples of a comparison.</param>
/// <param name="Q">The level of q for which the powers are stated.</param>
/// <param name="Affected">The share of the examples that are assumed to be affected alike.</param>
/// <param name="Shares">Typical effects on an example, from the largest to the smallest.</param>
/// <param name="Excess">
/// The smallest excess whose 95 % interval is above 0 with a probability of about 80 %, if the seeds affect each
/// example by itself; seeds that change many examples together need a larger one. Null if there is none, and for fewer
/// than three seeds. </param>
/// <param name="Reason">Why there is no excess, and what to do about it; null if there is one.</param>
public sealed record Detectable(
    int Seeds, int Examples, double Q, double Affected, IReadOnlyList<DetectableShares> Shares, double? Excess,
    string? Reason)
{
    private const double Level = 0.05, AffectedShare = 0.1;

    /// <summary>The smallest number of seeds with an interval of the excess.</summary>
    private const int FewestSeedsOfInterval = 3;

    /// <summary>A fifth of the examples are contested, with dense votes of 8 : 2; on the others all runs
    /// agree.</summary>
    private const double Contested = 0.2, ContestedShare = 0.8;

    /// <summary>The 80 % quantile of the normal distribution.</summary>
    private const double Normal80 = 0.8416212335729143;

    private static readonly (double Dense, double Pruned)[] Typical = [(1, 0), (0.9, 0.1), (0.8, 0.2), (0.8, 0.4)];

    /// <param name="seeds">R, at least 1; more than 200 show what 200 do, or more.</param>
    /// <param name="examples">N, at least 1.</param>
    public static Detectable Of(int seeds, int examples)
    {
        var excess = seeds < FewestSeedsOfInterval ? null : SmallestExcess(seeds, examples);
        var counted = Math.Min(seeds, VotePower.MostSeeds);
        return new(
            seeds, examples, Level, AffectedShare,
            [.. Typical.Select(shares => DetectableShares.Of(
                shares.Dense, shares.Pruned, counted, Level, AffectedShare))],
            excess,
            excess is not null ? null : seeds < FewestSeedsOfInterval
                ? $"The interval of the excess needs {FewestSeedsOfInterval} seeds: set a larger seeds.count."
                : "With so few seeds and examples, no excess has an interval above 0: set a larger seeds.count.");
    }

    /// <summary>
    /// The excess c d^2 that a difference d of the shares has on the contested examples, which are c N. With the sum w
    /// of the variances of a dense and a pruned vote, its estimate has the variance
    /// c / N (2 w^2 / (R (R - 1)) + 4 d^2 w / R), and the jackknife estimates c / N (4 w^2 / (R (R - 2)) + 4 d^2 w /
    /// R), since the first part is that of a degenerate U statistic. The smallest d is the one for which the excess is
    /// t standard errors of the jackknife and 0.84 standard deviations.
    /// </summary>
    /// <returns>Null if no difference is large enough.</returns>
    private static double? SmallestExcess(int seeds, int examples)
    {
        var (t, r) = (StudentT.Quantile975(seeds - 1), (double)seeds);
        var (below, reached) = (0.0, ContestedShare);
        if (!IsDetected(reached)) return null;
        for (var step = 0; step < 60; step++)
        {
            var middle = (below + reached) / 2;
            if (IsDetected(middle)) reached = middle;
            else below = middle;
        }
        return Contested * reached * reached;

        bool IsDetected(double d)
        {
            var pruned = ContestedShare - d;
            var w = (ContestedShare * (1 - ContestedShare)) + (pruned * (1 - pruned));
            var linear = 4 * d * d * w / r;
            return Math.Sqrt(Contested * examples) * d * d
                >= (t * Math.Sqrt((4 * w * w / (r * (r - 2))) + linear))
                    + (Normal80 * Math.Sqrt((2 * w * w / (r * (r - 1))) + linear));
        }
    }
}

/// <summary>An effect on one example with two labels.</summary>
/// <param name="Dense">The share of the first label among the dense votes, in [0, 1].</param>
/// <param name="Pruned">Its share among the pruned votes.</param>
/// <param name="SmallestQ">The smallest q value that such an example can have, in [0, 1].</param>
/// <param name="Alpha">The largest p value that the level of q allows; 0 if it allows none.</param>
/// <param name="Power">The probability that such an example is significant at the level of q, in [0, 1].</param>
/// <param name="Excess">The excess of a comparison whose affected examples are like this one, in [0, 1].</param>
public sealed record DetectableShares(
    double Dense, double Pruned, double SmallestQ, double Alpha, double Power, double Excess)
{
    internal static DetectableShares Of(double dense, double pruned, int seeds, double q, double affected)
    {
        var votes = new VotePower([dense, 1 - dense], [pruned, 1 - pruned]);
        var (alpha, power) = votes.At(new TestLevel.Q(q, affected), seeds, seeds);
        return new(
            dense, pruned, votes.SmallestQ(affected, seeds, seeds), alpha, power,
            affected * (dense - pruned) * (dense - pruned));
    }
}
