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

    /// <summary>t with 2 degrees of freedom is 4.303.</summary>
    [Fact]
    public void An_interval_can_be_cut_to_the_possible_values()
    {
        var wide = Estimate.WithError(0.6, 0.3, df: 2);

        var cut = wide.Within(-1, 1);

        Assert.True(wide.High > 1.8, $"{wide.High}");
        Assert.Equal((0.6, 0.3, wide.Low, 1), (cut.Value, cut.Se, cut.Low, cut.High));
        Assert.Equal(Estimate.WithoutError(0.6), Estimate.WithoutError(0.6).Within(-1, 1));
    }

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
