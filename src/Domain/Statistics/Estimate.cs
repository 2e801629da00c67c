namespace PieService.Domain.Statistics;

/// <summary>A value with its standard error and a 95 % interval; these are null if they cannot be stated.</summary>
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

    public static Estimate WithoutError(double value) => new(value, null, null, null);

    /// <summary>The mean of independent values, ± t sd / sqrt(n) with n - 1 degrees of freedom.</summary>
    /// <param name="values">n, at least one; one alone has no interval.</param>
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    public static Estimate OfMean(IReadOnlyCollection<double> values) => OfMean(Spread.Of(values), values.Count);

    /// <summary>The mean of n independent values, of which the spread is known.</summary>
    public static Estimate OfMean(Spread spread, int n) => spread.Sd is { } sd
        ? WithError(spread.Mean, sd / Math.Sqrt(n), n - 1) : WithoutError(spread.Mean);
}
