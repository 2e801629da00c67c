using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons of a table whose q values are those of the paired test.</summary>
internal static class PairedTests
{
    /// <returns>The numbers of these comparisons in the rows of labels.</returns>
    public static int[] Of(IEnumerable<Comparison> comparisons) =>
    [
        .. comparisons
            .Where(comparison => Significance.DefaultTest(comparison.Pairing) == SignificanceTest.Paired)
            .Select(comparison => comparison.Number),
    ];
}
