using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// A measure of texts of PIEs and of the other examples of similar length (analysis 7): within strata of the number of
/// words, weighted by their PIEs.
/// </summary>
/// <param name="Difference">Weighted mean over strata of the difference of means.</param>
/// <param name="Ratio">Weighted mean of the PIEs' means / weighted mean of the others'; null unless both are
/// positive.</param>
/// <param name="CliffsDelta">Weighted mean of Cliff's delta, in [-1, 1].</param>
/// <param name="Strata">The strata that have PIEs and other examples.</param>
/// <param name="Pies">The PIEs in these strata.</param>
public sealed record LengthAdjusted(double Difference, double? Ratio, double CliffsDelta, int Strata, int Pies)
{
    /// <summary>Strata end at the deciles of the number of words over all examples.</summary>
    /// <param name="examples">The value of the measure, the number of words, and whether the example is a PIE.</param>
    /// <returns>Null if no stratum has PIEs and other examples.</returns>
    public static LengthAdjusted? Of(IReadOnlyCollection<(double Value, double Words, bool IsPie)> examples)
    {
        if (examples.Count == 0) return null;
        var deciles = new Deciles(examples.Select(example => example.Words));
        var (difference, ofPies, ofRest, delta, strata, pies) = (0.0, 0.0, 0.0, 0.0, 0, 0);
        foreach (var stratum in examples.GroupBy(example => deciles.GroupOf(example.Words)))
        {
            double[] inside = [.. stratum.Where(example => example.IsPie).Select(example => example.Value)];
            double[] others = [.. stratum.Where(example => !example.IsPie).Select(example => example.Value)];
            if (inside.Length == 0 || others.Length == 0) continue;
            var (mean, other) = (inside.Average(), others.Average());
            difference += inside.Length * (mean - other);
            (ofPies, ofRest) = (ofPies + (inside.Length * mean), ofRest + (inside.Length * other));
            delta += inside.Length * MannWhitney.Of(inside, others).CliffsDelta;
            (strata, pies) = (strata + 1, pies + inside.Length);
        }
        return strata == 0 ? null : new(
            difference / pies, ofPies > 0 && ofRest > 0 ? ofPies / ofRest : null, delta / pies, strata, pies);
    }
}
