namespace PieService.Domain.Statistics;

/// <summary>NumPy's percentile with linear interpolation.</summary>
public static class Percentile
{
    /// <param name="ascending">n sorted numbers, at least one.</param>
    /// <param name="percent">p, in [0, 100].</param>
    /// <returns>a[i] + gamma (a[i+1] - a[i]) with h = (n - 1) p / 100, i = floor(h), gamma = h - i.</returns>
    /// <exception cref="ArgumentException">There are no numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percentage is outside its range.</exception>
    public static double Of(IReadOnlyList<double> ascending, double percent)
    {
        if (ascending.Count == 0) throw new ArgumentException("No numbers have no percentile.", nameof(ascending));
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);

        var place = (ascending.Count - 1) * (percent / 100);
        var (i, gamma) = ((int)place, place - (int)place);
        if (gamma == 0) return ascending[i];
        var (low, high) = (ascending[i], ascending[i + 1]);
        // From the nearer end, as NumPy does, so that the last bit is the same too.
        return gamma < 0.5 ? low + ((high - low) * gamma) : high - ((high - low) * (1 - gamma));
    }
}
