using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Statistics;

public class CoarsenedTests
{
    private static readonly double[] Values = [.. Enumerable.Range(0, 5000).Select(i => Math.Pow(10, -i / 250.0))];

    /// <summary>P(p at most a) = a for the exact values, so this probability is the largest one that is rounded up to
    /// a or less.</summary>
    [Fact]
    public void A_p_value_that_is_rounded_up_has_exactly_the_coarsened_distribution()
    {
        var coarse = NullDistribution.Of(Values).Coarsened();

        Assert.InRange(coarse.Attainable.Length, 2, 64);
        foreach (var a in coarse.Attainable)
            Assert.Equal(a, Values.Where(value => coarse.RoundedUp(value) <= a).Max());
    }

    [Fact]
    public void Rounding_up_increases_a_p_value_of_more_than_1e_9_by_at_most_a_seventh_of_a_power_of_10()
    {
        var coarse = NullDistribution.Of(Values).Coarsened();

        Assert.All(Values.Where(value => value > 1.0001e-9), value => Assert.InRange(
            coarse.RoundedUp(value) / value, 1 / NullDistribution.Tolerance,
            Math.Pow(10, 1 / 7.0) * NullDistribution.Tolerance));
        Assert.All(Values.Where(value => value <= 1e-9), value => Assert.InRange(
            coarse.RoundedUp(value), value / NullDistribution.Tolerance, 1e-9 * NullDistribution.Tolerance));
    }

    [Fact]
    public void A_distribution_of_128_values_keeps_them_all()
    {
        var exact = NullDistribution.Of(Values[..NullDistribution.MostValues]);

        Assert.Same(exact, exact.Coarsened());
        Assert.Same(NullDistribution.Uniform, NullDistribution.Uniform.Coarsened());
        Assert.Equal(0.3, NullDistribution.Uniform.RoundedUp(0.3));
    }
}
