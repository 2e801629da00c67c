namespace PieService.Domain.Statistics;

/// <summary>Welch's two-sided t test of the difference of two means, with unequal variances (1947).</summary>
/// <param name="Difference">Mean of the values - mean of the baseline, in the unit of the values.</param>
/// <param name="T">Difference / its standard error, with the sign of the difference; null if both variances are
/// 0, apart from rounding.</param>
/// <param name="Df">Degrees of freedom by Welch and Satterthwaite; null if both variances are 0.</param>
/// <param name="P">P(|T| at least as large) without a difference; if both variances are 0, 1 for equal means and null
/// for different ones.</param>
/// <param name="Low">The lower end of the 95 % interval of the difference; null if both variances are 0.</param>
/// <param name="High">The upper end.</param>
public sealed record WelchTest(double Difference, double? T, double? Df, double? P, double? Low, double? High)
{
    /// <param name="values">At least two, of magnitudes up to about 1.</param>
    /// <param name="baseline">At least two, likewise.</param>
    /// <exception cref="ArgumentException">There are fewer than two values on a side.</exception>
    public static WelchTest Of(IReadOnlyCollection<double> values, IReadOnlyCollection<double> baseline)
    {
        if (values.Count < 2 || baseline.Count < 2)
            throw new ArgumentException("A variance needs at least two values on each side.");
        var (first, second) = (Spread.Of(values), Spread.Of(baseline));
        var difference = first.Mean - second.Mean;
        var (a, b) = (SquaredError(first, values.Count), SquaredError(second, baseline.Count));
        var error = Math.Sqrt(a + b);
        if (error < RoundingError.Limit)
            return new(difference, null, null, RoundingError.Removed(difference) == 0 ? 1 : null, null, null);

        var df = (a + b) * (a + b) / ((a * a / (values.Count - 1)) + (b * b / (baseline.Count - 1)));
        var (t, half) = (difference / error, StudentT.Quantile975(df) * error);
        return new(difference, t, df, StudentT.TwoSided(t, df), difference - half, difference + half);
    }

    private static double SquaredError(Spread spread, int count) => spread.Sd!.Value * spread.Sd.Value / count;
}
