using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The effect of pruning on one class within one subgroup.</summary>
/// <param name="Subgroup">The index of the subgroup.</param>
/// <param name="Class">The index of the class.</param>
/// <param name="Examples">The number of examples of the subgroup in the split.</param>
/// <param name="FalsePositives">Null if all examples of the subgroup have the class.</param>
/// <param name="FalseNegatives">Null if no example of the subgroup has the class.</param>
/// <param name="Pies">Null if the subgroup or the rest is empty.</param>
public sealed record SubgroupEffect(
    int Subgroup, int Class, int Examples, AdjustedRate? FalsePositives, AdjustedRate? FalseNegatives,
    SubgroupPies? Pies);

/// <summary>An error rate, with the q values of its tests over all rows of the table.</summary>
/// <param name="Q">By Benjamini and Hochberg, of <see cref="SubgroupRate.Test"/>; null without a p value.</param>
/// <param name="BeyondRestQ">The same of <see cref="SubgroupRate.BeyondRest"/>.</param>
public sealed record AdjustedRate(SubgroupRate Rate, double? Q, double? BeyondRestQ)
{
    /// <returns>One for each rate, in order; null for null.</returns>
    public static IReadOnlyList<AdjustedRate?> Of(IReadOnlyList<SubgroupRate?> rates)
    {
        var q = AdjustedP.BenjaminiHochbergOfKnown([.. rates.Select(rate => rate?.Test?.P)]);
        var beyondRest = AdjustedP.BenjaminiHochbergOfKnown([.. rates.Select(rate => rate?.BeyondRest?.P)]);
        return [.. rates.Select((rate, i) => rate is null ? null : new AdjustedRate(rate, q[i], beyondRest[i]))];
    }
}
