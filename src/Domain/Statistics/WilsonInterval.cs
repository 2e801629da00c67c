namespace PieService.Domain.Statistics;

/// <summary>The 95 % interval of a share by Wilson's score (1927), in [0, 1].</summary>
public readonly record struct WilsonInterval(double Low, double High)
{
    /// <param name="successes">In 0 to the number of trials.</param>
    /// <param name="trials">n, at least 1; independent of each other.</param>
    /// <exception cref="ArgumentOutOfRangeException">The numbers are outside their ranges.</exception>
    public static WilsonInterval Of(int successes, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        double n = trials, share = successes / n, z2 = Normal.Quantile975 * Normal.Quantile975;
        var centre = (share + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Normal.Quantile975 * Math.Sqrt((share * (1 - share) / n) + (z2 / (4 * n * n))) / (1 + (z2 / n));
        // Rounding must not leave [0, 1].
        return new(successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half);
    }
}
