using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The overlap of two sets of PIEs, compared with independent sets among examples of the same dense margin:
/// examples at the border are PIEs of every method. The sum over strata of hypergeometric counts, as in
/// the test of Mantel and Haenszel (1959).
/// </summary>
/// <param name="ExpectedShared">E = sum of n1 n2 / n over the strata.</param>
/// <param name="Ratio">Shared / E; null if E is 0.</param>
/// <param name="Z">(shared - E) / sqrt(V), V = sum of n1 n2 (n - n1) (n - n2) / (n^2 (n - 1)); null if V is 0.</param>
/// <param name="P">P(|Z| at least as large) for independent sets; null if V is 0.</param>
public sealed record OverlapGivenMargin(double ExpectedShared, double? Ratio, double? Z, double? P)
{
    public const int Strata = 10;

    /// <summary>The stratum of an example: min(9, floor(10 margin)).</summary>
    /// <param name="margin">(top - second) / runs of the dense cohort, in [0, 1].</param>
    public static int Stratum(double margin) => Math.Min(Strata - 1, (int)(Strata * margin));

    /// <summary>The stratum of an example by the votes of the dense cohort; for multi-label data by the smallest margin
    /// of its labels.</summary>
    public static int Stratum(LearningTask task, int[] votes, int runs) => Stratum(task switch
    {
        LearningTask.SingleLabel => Vote.Of(votes).Margin,
        LearningTask.MultiLabel => new LabelVotes(votes, runs).SmallestMargin,
    });

    /// <param name="first">The PIEs of the first comparison.</param>
    /// <param name="second">The PIEs of the second comparison among the same N examples.</param>
    /// <param name="firstStrata">The stratum of each example by the dense cohort of the first comparison.</param>
    /// <param name="secondStrata">The same by that of the second one; null if both have the same dense cohort. Else the
    /// strata are the pairs of both.</param>
    public static OverlapGivenMargin Of(PieSet first, PieSet second, byte[] firstStrata, byte[]? secondStrata) =>
        Of(Enumerable.Range(0, firstStrata.Length).Select(i => (
            secondStrata is null ? firstStrata[i] : (Strata * firstStrata[i]) + secondStrata[i],
            first.Contains(i), second.Contains(i))));

    /// <param name="examples">For each of the N examples its stratum, in [0, 10), or in [0, 100) for a pair of strata,
    /// and whether it is a PIE of the first and of the second comparison.</param>
    public static OverlapGivenMargin Of(IEnumerable<(int Stratum, bool First, bool Second)> examples)
    {
        // Counts by stratum: of the examples, of the PIEs of each comparison, and of those that both share.
        int[] all = new int[Strata * Strata], ofFirst = new int[all.Length], ofSecond = new int[all.Length];
        var shared = 0;
        foreach (var (stratum, isFirst, isSecond) in examples)
        {
            all[stratum]++;
            if (isFirst) ofFirst[stratum]++;
            if (isSecond) ofSecond[stratum]++;
            if (isFirst && isSecond) shared++;
        }
        var (expected, variance) = (0.0, 0.0);
        for (var stratum = 0; stratum < all.Length; stratum++)
        {
            double n = all[stratum], n1 = ofFirst[stratum], n2 = ofSecond[stratum];
            if (n > 0) expected += n1 * n2 / n;
            if (n > 1) variance += n1 * n2 * (n - n1) * (n - n2) / (n * n * (n - 1));
        }
        double? z = variance > 0 ? (shared - expected) / Math.Sqrt(variance) : null;
        return new(
            expected, expected > 0 ? shared / expected : null, z, z is { } value ? Normal.TwoSided(value) : null);
    }
}
