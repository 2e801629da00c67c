using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The change of accuracy from one model to another on the same examples, which are drawn from others of
/// their kind. It says nothing about other seeds.
/// </summary>
/// <param name="Change">(c - b) / N of the flips b and c, in [-1, 1].</param>
/// <param name="Low">The lower end of the 95 % interval of Bonett and Price (2012), which is centred on (c - b) /
/// (N + 2).</param>
/// <param name="High">The upper end.</param>
/// <param name="P">McNemar's exact test of no change.</param>
/// <param name="MidP">Its mid-p.</param>
/// <param name="PWorse">P(Bin(b + c, 1/2) at least b): small if the second model is worse.</param>
/// <param name="IsEquivalent">Whether the 90 % interval is within the margin on both sides: two one-sided tests at
/// 5 %.</param>
/// <param name="Detectable">(z_97.5 + z_80) sqrt(b + c) / N, the smallest change that is found with a power of
/// 80 %.</param>
public sealed record AccuracyChange(
    double Change, double Low, double High, double P, double MidP, double PWorse, bool IsEquivalent, double Detectable)
{
    /// <param name="flips">Those of one model against one, which are whole numbers.</param>
    /// <param name="margin">The change that is still equivalent, in (0, 1).</param>
    public static AccuracyChange Of(AnswerFlips flips, double margin)
    {
        var (n, worse, better) = (flips.Examples, (int)flips.RightToWrong, (int)flips.WrongToRight);
        double b = worse, c = better;
        var (low, high) = Interval(Normal.Quantile975);
        var (inner, outer) = Interval(Normal.Quantile95);
        return new(
            (c - b) / n, low, high, FairCoin.TwoSided(worse, better), FairCoin.MidP(worse, better),
            FairCoin.AtLeast(worse, worse + better), inner > -margin && outer < margin,
            (Normal.Quantile975 + Normal.Quantile80) * Math.Sqrt(b + c) / n);

        (double Low, double High) Interval(double z)
        {
            double p1 = (b + 1) / (n + 2), p2 = (c + 1) / (n + 2), change = p2 - p1;
            var half = z * Math.Sqrt((p1 + p2 - (change * change)) / (n + 2));
            return (change - half, change + half);
        }
    }

    /// <summary>
    /// The standard error of the change if examples of one cluster are not independent: sqrt(G / (G - 1) sum_g
    /// (sum_(i in g) (d_i - mean d))^2) / N.
    /// </summary>
    /// <param name="gain">d, for each of the N examples: -1 for a flip to wrong, 1 for a flip to right, else 0.</param>
    /// <param name="clusters">The cluster of each example; an example without one (null) is a cluster of its
    /// own.</param>
    /// <returns>Null for fewer than two clusters.</returns>
    /// <exception cref="ArgumentException">There are not as many clusters as examples.</exception>
    public static double? ClusterSe(IReadOnlyList<double> gain, IReadOnlyList<string?> clusters)
    {
        if (gain.Count != clusters.Count)
            throw new ArgumentException("Every example has an entry for its cluster.", nameof(clusters));
        if (gain.Count == 0) return null;
        var (mean, sums, squares) = (gain.Average(), new Dictionary<string, double>(StringComparer.Ordinal), 0.0);
        double groups = 0;
        for (var i = 0; i < gain.Count; i++)
            if (clusters[i] is { } cluster)
                sums[cluster] = sums.GetValueOrDefault(cluster) + gain[i] - mean;
            else
                (groups, squares) = (groups + 1, squares + ((gain[i] - mean) * (gain[i] - mean)));
        groups += sums.Count;
        squares += sums.Values.Sum(sum => sum * sum);
        return groups < 2 ? null : Math.Sqrt(groups / (groups - 1) * squares) / gain.Count;
    }
}
