using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// A strict test of whether the true modes of two cohorts differ on an example (analysis 1): each mode must be
/// significantly above the label with the second most votes.
/// </summary>
public static class FlipTest
{
    /// <param name="dense">The votes for each of the C labels, at least one.</param>
    /// <param name="pruned">Those of the pruned cohort.</param>
    /// <returns>1 if the modes are the same; else the larger P(Bin(a + b, 1/2) at least a) of both cohorts, for the two
    /// highest numbers of votes a and b.</returns>
    /// <exception cref="ArgumentException">A cohort has no votes.</exception>
    public static double P(ReadOnlySpan<int> dense, ReadOnlySpan<int> pruned) =>
        Vote.Of(dense).Mode == Vote.Of(pruned).Mode ? 1 : Math.Max(OfCohort(dense), OfCohort(pruned));

    private static double OfCohort(ReadOnlySpan<int> votes)
    {
        var (first, second) = (0, 0);
        foreach (var v in votes)
            if (v > first) (first, second) = (v, first);
            else second = Math.Max(second, v);
        return FairCoin.AtLeast(first, first + second);
    }
}
