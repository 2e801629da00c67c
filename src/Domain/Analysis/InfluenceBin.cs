using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The examples of similar influence on training, and the effect of pruning on them.</summary>
/// <remarks>
/// The losses are computed from stored logits, which are float16: a logit of 8 to 16 is rounded by up to 2^-8. A loss
/// that is small because the gold logit exceeds the others by that much has an error of up to 2 x 2^-8 = 0.8 %, and a
/// ratio of two such losses an error of up to 1.6 %. The rounding errors of many examples average out.
/// </remarks>
/// <param name="Bin">1 = least influential.</param>
/// <param name="Examples">The number of its examples; empty bins are omitted.</param>
/// <param name="El2n">Mean over its examples.</param>
/// <param name="PieShare">PIEs / examples of the bin, in [0, 1].</param>
/// <param name="LossDifference">Mean over its examples of the mean over seeds of L_P - L_D, in nats.</param>
/// <param name="LossDifferenceError">Standard error of that mean over examples (ddof = 1); null for a single
/// example.</param>
/// <param name="LossRatio">Mean of the examples' mean ratios L_P / L_D; null if it is not a number because of a dense
/// loss of 0.</param>
/// <param name="LossRatioError"> The published error bar: mean of the examples' deviations over seeds (ddof = 0) /
/// sqrt(examples). It is not a standard error of the bin's mean. </param>
/// <param name="LossRatioOfMeans">Mean L_P / mean L_D of the bin, which is robust, unlike the mean of ratios.</param>
/// <param name="LossRatioMedian">Median of the examples' mean ratios.</param>
public sealed record InfluenceBin(
    int Bin, int Examples, double El2n, double El2nMin, double El2nMax, int Pies, double PieShare,
    double LossDifference,
    double? LossDifferenceError, double? LossRatio, double? LossRatioError, double? LossRatioOfMeans,
    double? LossRatioMedian)
{
    /// <param name="bins">The bin of each of the N examples.</param>
    /// <param name="el2n">The EL2N of each example.</param>
    /// <param name="isPie">Whether each example is a PIE of this comparison.</param>
    /// <exception cref="ArgumentException">The lists have different lengths.</exception>
    public static IReadOnlyList<InfluenceBin> Of(int[] bins, double[] el2n, bool[] isPie, SeedLosses losses)
    {
        if (el2n.Length != bins.Length || isPie.Length != bins.Length || losses.Difference.Length != bins.Length)
            throw new ArgumentException("Every example needs a bin, a score, a label and losses.");
        return [.. Enumerable.Range(0, bins.Length).GroupBy(i => bins[i]).OrderBy(bin => bin.Key)
            .Select(bin => Of(bin.Key, [.. bin], el2n, isPie, losses))];
    }

    private static InfluenceBin Of(int bin, int[] members, double[] el2n, bool[] isPie, SeedLosses losses)
    {
        var (size, pies) = (members.Length, members.Count(i => isPie[i]));
        var differences = members.Select(i => losses.Difference[i]).ToList();
        var mean = differences.Average();
        var ratios = members.Select(i => losses.Ratio[i]).Order().ToList();
        return new InfluenceBin(
            bin, size, members.Average(i => el2n[i]), members.Min(i => el2n[i]), members.Max(i => el2n[i]), pies,
            (double)pies / size,
            mean, size < 2 ? null : Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (size - 1) / size),
            Finite(ratios.Average()), Finite(members.Average(i => losses.RatioSd[i]) / Math.Sqrt(size)),
            Finite(members.Sum(i => losses.Pruned[i]) / members.Sum(i => losses.Dense[i])),
            Finite(Percentile.Of(ratios, 50)));
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
