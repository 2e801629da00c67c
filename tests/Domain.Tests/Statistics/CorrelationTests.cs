using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class CorrelationTests
{
    [Fact]
    public void Correlations_are_those_of_SciPy() => Each("statistics.json", "correlation", golden =>
    {
        double[] x = golden.Numbers("x"), y = golden.Numbers("y");

        Close(golden.Number("pearson"), Correlation.Pearson(x, y));
        Close(golden.Number("spearman"), Correlation.Spearman(x, y));
        Close(golden.Number("kendall_b"), Correlation.KendallB(x, y));
    });

    [Fact]
    public void A_constant_side_has_no_correlation()
    {
        double[] x = [1, 2, 3], constant = [0.1, 0.1, 0.1];

        Assert.Null(Correlation.Pearson(x, constant));
        Assert.Null(Correlation.Spearman(constant, x));
        Assert.Null(Correlation.KendallB(x, constant));
    }

    [Fact]
    public void Lists_of_different_lengths_are_refused() =>
        Assert.Throws<ArgumentException>(() => Correlation.KendallB([1, 2], [1, 2, 3]));

    [Fact]
    public void The_interval_of_a_share_is_that_of_statsmodels() => Each("statistics.json", "wilson_interval", golden =>
    {
        var interval = WilsonInterval.Of(golden.Int("successes"), golden.Int("trials"));

        Close(golden.Number("low"), interval.Low);
        Close(golden.Number("high"), interval.High);
    });

    [Fact]
    public void A_share_needs_a_trial_and_has_no_more_successes_than_trials()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(4, 3));
    }
}
