using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>The standard normal distribution, with the quantiles that the analysis uses.</summary>
public static class Normal
{
    /// <summary>P(Z at most this) is 0.975, for intervals of 95 %.</summary>
    public const double Quantile975 = 1.959963984540054;

    /// <summary>P(Z at most this) is 0.95, for intervals of 90 %.</summary>
    public const double Quantile95 = 1.6448536269514722;

    /// <summary>P(Z at most this) is 0.8, for a power of 80 %.</summary>
    public const double Quantile80 = 0.8416212335729143;

    /// <returns>P(|Z| >= |z|), in [0, 1].</returns>
    public static double TwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Constants.Sqrt2);
}
