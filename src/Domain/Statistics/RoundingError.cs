namespace PieService.Domain.Statistics;

/// <summary>
/// Rates and scores, and differences of them, have rounding errors of about 1e-16. A difference or a standard error
/// below <see cref="Limit"/> is 0 in exact arithmetic.
/// </summary>
public static class RoundingError
{
    public const double Limit = 1e-12;

    /// <returns>The value, or 0 if its magnitude is below the limit.</returns>
    public static double Removed(double value) => Math.Abs(value) < Limit ? 0 : value;
}
