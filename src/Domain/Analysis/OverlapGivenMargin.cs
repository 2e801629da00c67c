using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The overlap of two sets of PIEs, compared with independent sets among examples of the same dense margin
/// (analysis 5): examples at the border are PIEs of every method. The sum over strata of hypergeometric counts, as in
/// the test of Mantel and Haenszel (1959).
/// </summary>
/// <param name="ExpectedShared">E = sum of n1 n2 / n over the strata.</param>
/// <param name="Ratio">Shared / E; null if E is 0.</param>
/// <param name="Z">(shared - E) / sqrt(V), V = sum of n1 n2 (n - n1) (n - n2) / (n^2 (n - 1)); null if V is 0.</param>
/// <param name="P">P(|Z| at least as large) for independent sets; null if V is 0.</param>
public sealed record OverlapGivenMargin(double ExpectedShared, double? Ratio, double? Z, double? P)
{
    private const int Strata = 10;

    /// <summary>The stratum of an example: min(9, floor(10 margin)).</summary>
    /// <param name="margin">(top - second) / runs of the dense cohort, in [0, 1].</param>
    public static int Stratum(double margin) => Math.Min(Strata - 1, (int)(Strata * margin));

    /// <param name="examples">For each of the N examples its stratum, or pair of strata if the dense cohorts differ,
    /// and whether it is a PIE of the first and of the second comparison.</param>
    public static OverlapGivenMargin Of<TStratum>(
        IEnumerable<(TStratum Stratum, bool First, bool Second)> examples) where TStratum : notnull
    {
        var (shared, expected, variance) = (0, 0.0, 0.0);
        foreach (var stratum in examples.GroupBy(example => example.Stratum))
        {
            double n = 0, n1 = 0, n2 = 0;
            foreach (var (_, first, second) in stratum)
            {
                n++;
                if (first) n1++;
                if (second) n2++;
                if (first && second) shared++;
            }
            expected += n1 * n2 / n;
            if (n > 1) variance += n1 * n2 * (n - n1) * (n - n2) / (n * n * (n - 1));
        }
        double? z = variance > 0 ? (shared - expected) / Math.Sqrt(variance) : null;
        return new(
            expected, expected > 0 ? shared / expected : null, z, z is { } value ? Normal.TwoSided(value) : null);
    }
}
