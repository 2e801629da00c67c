using PieService.Domain.Datasets.Texts;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>A measure of the texts of PIEs and of the other examples, as it is and at equal length.</summary>
/// <param name="Difference">Null if there are fewer than two texts with a value in a group.</param>
/// <param name="Q">By Benjamini and Hochberg over the measures; null without a difference.</param>
/// <param name="LengthAdjusted">Null also if no stratum of length has PIEs and other examples.</param>
public sealed record TextEffect(
    TextMeasure Measure, TextDifference? Difference, double? Q, LengthAdjusted? LengthAdjusted)
{
    /// <param name="values">The value of the measure of each text; NaN if the text has none.</param>
    /// <param name="strata">The stratum of each text, by <see cref="LengthStrata"/>.</param>
    /// <param name="isPie">Whether each text is that of a PIE.</param>
    public static TextEffect Of(
        TextMeasure measure, IReadOnlyList<double> values, IReadOnlyList<byte> strata, IReadOnlyList<bool> isPie)
    {
        var (pies, rest) = (new List<double>(), new List<double>());
        for (var i = 0; i < values.Count; i++)
            if (!double.IsNaN(values[i])) (isPie[i] ? pies : rest).Add(values[i]);
        var difference = TextDifference.Of(pies, rest);
        return new(
            measure, difference, null, difference is null ? null : LengthAdjusted.Of(values, strata, isPie));
    }

    /// <summary>The effects in the order of the measures, with their q values.</summary>
    public static IReadOnlyList<TextEffect> Adjusted(IEnumerable<TextEffect> effects)
    {
        List<TextEffect> ordered = [.. effects.OrderBy(effect => effect.Measure)];
        var q = AdjustedP.BenjaminiHochbergOfKnown([.. ordered.Select(effect => effect.Difference?.Ranks.P)]);
        return [.. ordered.Zip(q, (effect, adjusted) => effect with { Q = adjusted })];
    }
}
