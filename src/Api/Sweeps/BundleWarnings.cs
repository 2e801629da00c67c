using PieService.Domain;

namespace PieService.Api.Sweeps;

/// <summary>What is doubtful about a sweep that was stored from a bundle.</summary>
public static class BundleWarnings
{
    /// <param name="otherThanStated">The comparisons whose results are not those that the bundle states.</param>
    public static IEnumerable<Warning> Of(int otherThanStated)
    {
        if (otherThanStated > 0)
            yield return new(
                WarningCode.StatedResultsDiffer,
                $"The bundle of this sweep states other results of {otherThanStated} "
                    + $"{(otherThanStated == 1 ? "comparison" : "comparisons")} than the predictions give here, which "
                    + "are shown. The warnings of the comparisons name the numbers.");
    }
}
