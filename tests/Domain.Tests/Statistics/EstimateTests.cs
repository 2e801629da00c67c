using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class EstimateTests
{
    [Fact]
    public void A_mean_has_the_interval_of_Student_t() => Each("statistics.json", "t_interval_of_mean", golden =>
    {
        var values = golden.Numbers("values");
        var mean = Estimate.OfMean(values);

        Close(golden.Number("mean"), mean.Value);
        Close(golden.Number("sd"), Spread.Of(values).Sd);
        Close(golden.Number("low"), mean.Low);
        Close(golden.Number("high"), mean.High);
    });

    [Fact]
    public void One_value_has_no_interval() => Assert.Equal(new Estimate(3, null, null, null), Estimate.OfMean([3]));

    [Fact]
    public void A_percentile_is_that_of_NumPy() => Each("statistics.json", "percentile_linear", golden => Close(
        golden.Number("value"), Percentile.Of([.. golden.Numbers("values").Order()], golden.Number("percent"))));

    /// <summary>Without one of n values, the mean moves by its deviation / (n - 1).</summary>
    [Fact]
    public void The_jackknife_of_a_mean_is_its_standard_error()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6];
        var without = values.Select((_, left) => values.Where((_, i) => i != left).Average()).ToList();

        Close(Math.Pow(Estimate.OfMean(values).Se!.Value, 2), Jackknife.SquaredError(without));
        Assert.Throws<ArgumentException>(() => Jackknife.SquaredError([1]));
    }
}
