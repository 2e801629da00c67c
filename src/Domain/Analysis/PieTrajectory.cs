using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The sparsities at which one example is a PIE of one method.</summary>
/// <param name="FirstFlip">The lowest target at which it is a PIE; null if there is none.</param>
/// <param name="LastingFlip">The lowest target from which on it is a PIE at all higher ones; null if it is not at the
/// highest.</param>
/// <param name="Returns">How often it stops being a PIE as the target increases.</param>
public sealed record PieTrajectory(double? FirstFlip, double? LastingFlip, int Returns)
{
    /// <summary>Whether a PIE stays one at every higher target.</summary>
    public bool IsMonotone => Returns == 0;

    /// <param name="points">Targets in percent, ascending, or bits, descending, and whether the example is a PIE at
    /// each.</param>
    public static PieTrajectory Of(IReadOnlyList<(double Sparsity, bool IsPie)> points)
    {
        double? first = null, lasting = null;
        var returns = 0;
        foreach (var (sparsity, isPie) in points)
        {
            first ??= isPie ? sparsity : null;
            if (lasting is not null && !isPie) returns++;
            lasting = isPie ? lasting ?? sparsity : null;
        }
        return new(first, lasting, returns);
    }

    /// <summary>
    /// The sparsity at which the share of votes for the dense mode falls below half of its first value: the shares are
    /// made non-increasing, and between two points the fit is linear.
    /// </summary>
    /// <param name="points">Achieved sparsities in percent, ascending, the first one 0, with the share of votes in
    /// [0, 1]: of the dense votes at 0, else of the pruned votes.</param>
    /// <returns>In percent; null if the fit never falls so low.</returns>
    public static double? HalfSparsity(IReadOnlyList<(double Sparsity, double Share)> points)
    {
        var fit = PoolAdjacentViolators.NonIncreasing([.. points.Select(point => point.Share)]);
        for (var i = 1; i < fit.Length; i++)
        {
            var half = fit[0] / 2;
            if (fit[i] >= half) continue;
            var (low, high) = (points[i - 1].Sparsity, points[i].Sparsity);
            return low + ((high - low) * (fit[i - 1] - half) / (fit[i - 1] - fit[i]));
        }
        return null;
    }
}
