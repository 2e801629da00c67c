using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class PoolAdjacentViolatorsTests
{
    [Fact]
    public void The_fit_is_that_of_the_reference() => Each("analysis.json", "half_sparsity", golden => Close(
        golden.GetProperty("expected").Numbers("fit"),
        PoolAdjacentViolators.NonIncreasing(golden.Numbers("shares"))));

    [Fact]
    public void The_fit_does_not_increase_keeps_the_sum_and_fits_itself()
    {
        var random = KeyedRandom.For("isotonic");
        for (var draw = 0; draw < 100; draw++)
        {
            double[] values = [.. Enumerable.Range(0, random.NextInt(12)).Select(_ => random.NextInt(50) / 10.0)];

            var fit = PoolAdjacentViolators.NonIncreasing(values);

            Assert.True(fit.Zip(fit.Skip(1)).All(pair => pair.First >= pair.Second));
            Close(values.Sum(), fit.Sum());
            Assert.Equal(fit, PoolAdjacentViolators.NonIncreasing(fit));
        }
    }
}
