using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The change of accuracy from one model to another on the same examples (analysis 10), which are drawn from others of
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
    /// <param name="margin">The change that is still equivalent, in (0, 1).</param>
    public static AccuracyChange Of(AnswerFlips flips, double margin)
    {
        double b = flips.RightToWrong, c = flips.WrongToRight, n = flips.Examples;
        var (low, high) = Interval(Normal.Quantile975);
        var (inner, outer) = Interval(Normal.Quantile95);
        return new(
            (c - b) / n, low, high, FairCoin.TwoSided(flips.RightToWrong, flips.WrongToRight),
            FairCoin.MidP(flips.RightToWrong, flips.WrongToRight),
            FairCoin.AtLeast(flips.RightToWrong, flips.RightToWrong + flips.WrongToRight),
            inner > -margin && outer < margin,
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
    /// (sum_(i in g) (d_i - mean d))^2) / N, with d_i = -1 for a flip to wrong, 1 for a flip to right, else 0.
    /// </summary>
    /// <param name="gold">The gold labels of the N examples, at least one.</param>
    /// <param name="clusters">The cluster of each example.</param>
    /// <returns>Null for fewer than two clusters.</returns>
    /// <exception cref="ArgumentException">Not every example has an answer and a cluster.</exception>
    public static double? ClusterSe<TCluster>(
        PackedLabels gold, PackedLabels first, PackedLabels second, IReadOnlyList<TCluster> clusters)
    {
        if (!gold.IsLike(first) || !gold.IsLike(second) || clusters.Count != gold.Count)
            throw new ArgumentException("Every example needs two answers and a cluster.");
        double[] d = [.. Enumerable.Range(0, gold.Count).Select(i =>
            (IsRight(second, i) ? 1.0 : 0) - (IsRight(first, i) ? 1 : 0))];
        var mean = d.Average();
        var sums = Enumerable.Range(0, gold.Count).GroupBy(i => clusters[i], i => d[i] - mean)
            .Select(cluster => cluster.Sum()).ToList();
        double groups = sums.Count;
        return groups < 2 ? null : Math.Sqrt(groups / (groups - 1) * sums.Sum(sum => sum * sum)) / gold.Count;

        bool IsRight(PackedLabels answers, int i) => answers.At(i).SequenceEqual(gold.At(i));
    }
}
