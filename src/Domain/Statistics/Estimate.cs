namespace PieService.Domain.Statistics;

/// <summary>A value with its standard error and a 95 % interval; these are null if they cannot be stated.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Se">The standard error.</param>
/// <param name="Low">The lower end of the 95 % interval.</param>
/// <param name="High">The upper end of the 95 % interval.</param>
public sealed record Estimate(double Value, double? Se, double? Low, double? High)
{
    /// <summary>The interval value ± t se, with Student's t of <paramref name="df"/> degrees of freedom.</summary>
    /// <param name="df">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">df is below 1.</exception>
    public static Estimate WithError(double value, double se, double df)
    {
        var half = StudentT.Quantile975(df) * se;
        return new(value, se, value - half, value + half);
    }

    /// <summary>
    /// The same with the interval cut to the values that are possible. It covers the true value as often, because that
    /// is a possible one.
    /// </summary>
    /// <param name="least">The smallest possible value.</param>
    /// <param name="greatest">The largest possible value.</param>
    public Estimate Within(double least, double greatest) => this with
    {
        Low = Low is { } low ? Math.Clamp(low, least, greatest) : null,
        High = High is { } high ? Math.Clamp(high, least, greatest) : null,
    };

    /// <summary>The interval exp(log ratio ± z <paramref name="se"/>) of a ratio. There is no interval if a double
    /// cannot hold an end or its inverse, as if a mean is positive but tiny against its standard error.</summary>
    /// <param name="ratio">Positive.</param>
    /// <param name="se">The standard error of the logarithm of the ratio.</param>
    public static Estimate OfRatio(double ratio, double se)
    {
        var half = Normal.Quantile975 * se;
        var (low, high) = (ratio * Math.Exp(-half), ratio * Math.Exp(half));
        return double.IsNormal(low) && double.IsNormal(high) ? new(ratio, null, low, high) : WithoutError(ratio);
    }

    public static Estimate WithoutError(double value) => new(value, null, null, null);

    /// <summary>The mean of independent values, ± t sd / sqrt(n) with n - 1 degrees of freedom.</summary>
    /// <param name="values">n, at least one; one alone has no interval.</param>
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    public static Estimate OfMean(IReadOnlyCollection<double> values) => OfMean(Spread.Of(values), values.Count);

    /// <summary>The mean of n independent values, of which the spread is known.</summary>
    public static Estimate OfMean(Spread spread, int n) => spread.Sd is { } sd
        ? WithError(spread.Mean, sd / Math.Sqrt(n), n - 1) : WithoutError(spread.Mean);
}
