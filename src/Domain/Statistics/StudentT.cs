using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>Student's t distribution with df degrees of freedom.</summary>
public static class StudentT
{
    /// <param name="t">Any finite number.</param>
    /// <param name="df">Degrees of freedom, above 0; need not be whole.</param>
    /// <returns>P(|T| >= |t|) = I_x(df / 2, 1 / 2) at x = df / (df + t^2), the incomplete beta function, which keeps
    /// its digits where the probability is near 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">df is not above 0, or t is not finite.</exception>
    public static double TwoSided(double t, double df)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(df);
        if (!double.IsFinite(t)) throw new ArgumentOutOfRangeException(nameof(t), $"{t} is not a finite number.");
        return SpecialFunctions.BetaRegularized(df / 2, 0.5, df / (df + (t * t)));
    }

    /// <summary>The t for a confidence interval of 95 %: P(|T| >= t) = 0.05.</summary>
    /// <param name="df">Degrees of freedom, at least 1; need not be whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">df is below 1.</exception>
    public static double Quantile975(double df)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(df, 1);
        return MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, df, 0.975);
    }
}
