using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// A measure of texts of PIEs and of the other examples of similar length: within strata of the number of
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
    /// <param name="values">The value of the measure of each text; NaN if the text has none.</param>
    /// <param name="strata">The stratum of each text, by <see cref="LengthStrata"/>.</param>
    /// <param name="isPie">Whether each text is that of a PIE.</param>
    /// <returns>Null if no stratum has PIEs and other examples.</returns>
    public static LengthAdjusted? Of(
        IReadOnlyList<double> values, IReadOnlyList<byte> strata, IReadOnlyList<bool> isPie)
    {
        var (ofPies, ofRest) = (Groups(values, strata, isPie, true), Groups(values, strata, isPie, false));
        var (difference, mean, otherMean, delta, used, pies) = (0.0, 0.0, 0.0, 0.0, 0, 0);
        foreach (var (inside, others) in ofPies.Zip(ofRest))
        {
            if (inside.Count == 0 || others.Count == 0) continue;
            var (one, other) = (inside.Average(), others.Average());
            difference += inside.Count * (one - other);
            (mean, otherMean) = (mean + (inside.Count * one), otherMean + (inside.Count * other));
            delta += inside.Count * MannWhitney.Of(inside, others).CliffsDelta;
            (used, pies) = (used + 1, pies + inside.Count);
        }
        return used == 0 ? null : new(
            difference / pies, mean > 0 && otherMean > 0 ? mean / otherMean : null, delta / pies, used, pies);
    }

    private static List<double>[] Groups(
        IReadOnlyList<double> values, IReadOnlyList<byte> strata, IReadOnlyList<bool> isPie, bool ofPies)
    {
        List<double>[] groups = [.. Enumerable.Range(0, LengthStrata.Count).Select(_ => new List<double>())];
        for (var i = 0; i < values.Count; i++)
            if (isPie[i] == ofPies && !double.IsNaN(values[i])) groups[strata[i]].Add(values[i]);
        return groups;
    }
}
