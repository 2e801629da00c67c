using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>A measure of texts, such as their readability, of PIEs and of the other examples.</summary>
/// <param name="Pies">The mean over PIEs.</param>
/// <param name="Rest">The mean over the other examples.</param>
/// <param name="Difference">Pies - rest, with the interval ± z sqrt(s1^2 / n1 + s0^2 / n0).</param>
/// <param name="Ratio">Pies / rest, with the interval of its logarithm ± z sqrt(s1^2 / (n1 m1^2) + s0^2 / (n0 m0^2));
/// null unless both means are positive. Its standard error is not given, and it has no interval if a double cannot hold
/// an end.</param>
/// <param name="Ranks">The test of Mann and Whitney, and Cliff's delta with its interval.</param>
public sealed record TextDifference(double Pies, double Rest, Estimate Difference, Estimate? Ratio, MannWhitney Ranks)
{
    /// <summary>The fewest texts of a group that have a deviation.</summary>
    public const int FewestTexts = 2;

    /// <param name="pies">The values of the PIEs; texts without a value are left out.</param>
    /// <param name="rest">Those of the other examples.</param>
    /// <returns>Null if there are fewer than <see cref="FewestTexts"/> values in a group.</returns>
    public static TextDifference? Of(IReadOnlyCollection<double> pies, IReadOnlyCollection<double> rest)
    {
        if (pies.Count < FewestTexts || rest.Count < FewestTexts) return null;
        var (first, second) = (Spread.Of(pies), Spread.Of(rest));
        var (ofPies, ofRest) = (SquaredError(first, pies.Count), SquaredError(second, rest.Count));
        var (difference, se) = (first.Mean - second.Mean, Math.Sqrt(ofPies + ofRest));
        return new(
            first.Mean, second.Mean, new Estimate(difference, se, difference - Half(se), difference + Half(se)),
            RatioOf(), MannWhitney.Of(pies, rest));

        Estimate? RatioOf()
        {
            if (first.Mean <= 0 || second.Mean <= 0) return null;
            var ratio = first.Mean / second.Mean;
            var log = Math.Sqrt(
                (ofPies / (first.Mean * first.Mean)) + (ofRest / (second.Mean * second.Mean)));
            return Estimate.OfRatio(ratio, log);
        }
    }

    private static double Half(double se) => Normal.Quantile975 * se;

    private static double SquaredError(Spread spread, int count) => spread.Sd!.Value * spread.Sd.Value / count;
}
