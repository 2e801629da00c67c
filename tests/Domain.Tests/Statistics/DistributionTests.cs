using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class DistributionTests
{
    /// <summary>With one degree of freedom it is Cauchy's distribution: P(|T| >= t) = 1 - 2 atan(t) / pi.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(-1)]
    [InlineData(12)]
    public void Student_t_with_one_degree_of_freedom_is_Cauchys_distribution(double t) =>
        CloseP(1 - (2 * Math.Atan(Math.Abs(t)) / Math.PI), StudentT.TwoSided(t, 1));

    /// <summary>The exact tail for two degrees of freedom is 1 - t / sqrt(2 + t^2), about 1 / t^2.</summary>
    [Fact]
    public void A_small_probability_of_Student_t_keeps_its_digits() => CloseP(1e-16, StudentT.TwoSided(1e8, 2));

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(7)]
    [InlineData(56.987)]
    [InlineData(1e6)]
    public void The_quantile_of_Student_t_cuts_off_five_percent(double df) =>
        CloseP(0.05, StudentT.TwoSided(StudentT.Quantile975(df), df));

    [Fact]
    public void Student_t_needs_degrees_of_freedom_and_a_finite_value()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.TwoSided(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.TwoSided(double.NaN, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile975(0.5));
    }

    [Fact]
    public void The_normal_quantiles_cut_off_their_tails()
    {
        CloseP(0.05, Normal.TwoSided(Normal.Quantile975));
        CloseP(0.1, Normal.TwoSided(-Normal.Quantile95));
        CloseP(0.4, Normal.TwoSided(Normal.Quantile80));
    }

    /// <summary>With two degrees of freedom it is an exponential distribution.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(1000)]
    public void Chi_square_with_two_degrees_of_freedom_is_exponential(double x) =>
        CloseP(Math.Exp(-x / 2), ChiSquare.UpperTail(x, 2));

    [Fact]
    public void Chi_square_needs_degrees_of_freedom_and_a_square()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ChiSquare.UpperTail(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChiSquare.UpperTail(-1, 2));
    }
}
