using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>The chi-square distribution.</summary>
public static class ChiSquare
{
    /// <param name="x">At least 0.</param>
    /// <param name="df">Degrees of freedom, at least 1.</param>
    /// <returns>P(X >= x) = Q(df / 2, x / 2), the upper incomplete gamma function, which keeps its digits where the
    /// probability is near 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">x is negative, or df is below 1.</exception>
    public static double UpperTail(double x, int df)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(df, 1);
        return SpecialFunctions.GammaUpperRegularized(df / 2.0, x / 2);
    }
}
