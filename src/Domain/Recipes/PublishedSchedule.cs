namespace PieService.Domain.Recipes;

/// <summary>
/// The share of the survivors that each step of protocol paper prunes, computed as the published code does.
/// </summary>
public static class PublishedSchedule
{
    private const double Tolerance = 1e-5;

    /// <summary>The longest search known took 126,000; it is not proven that every search ends.</summary>
    private const int MostRounds = 1_000_000;

    /// <summary>
    /// The percentage of the survivors that one step prunes. With one step it is the target itself; with several it is
    /// the result of the published search for x with (1 - x)^steps = 1 - t, rounded to four decimals of x. The closed
    /// form differs from the search by 0.01 in some cases, so the search is run.
    /// </summary>
    /// <param name="sparsity">100 t, in percent, in (0, 100).</param>
    /// <param name="steps">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sparsity or the steps are outside their range.</exception>
    public static double PercentPerStep(decimal sparsity, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(sparsity, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sparsity, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return steps == 1 ? (double)sparsity : Math.Round(Search(1 - (double)(sparsity / 100), steps), 4) * 100;
    }

    private static double Search(double goal, int steps)
    {
        var (x, kept, lowest, highest) = (1.0, 0.0, 1.0, 0.0);
        for (var round = 0; Math.Abs(kept - goal) > Tolerance && round < MostRounds; round++)
        {
            x = kept < goal
                ? Math.Max(0.9 * x, 0.9999 * lowest)
                : Math.Min(1.5 * x <= 1 ? 1.5 * x : x + ((1 - x) / 2), 1.0001 * highest);
            (highest, lowest, kept) = (Math.Max(x, highest), Math.Min(x, lowest), Math.Pow(1 - x, steps));
        }
        return x;
    }
}
