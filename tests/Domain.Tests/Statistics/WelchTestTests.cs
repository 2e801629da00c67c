using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class WelchTestTests
{
    [Fact]
    public void It_is_the_test_of_SciPy() => Each("statistics.json", "welch", golden =>
    {
        var test = WelchTest.Of(golden.Numbers("a"), golden.Numbers("b"));

        Close(golden.Number("t"), test.T);
        Close(golden.Number("df"), test.Df);
        CloseP(golden.Number("p"), test.P);
    });

    [Fact]
    public void Constant_groups_with_one_mean_do_not_differ() =>
        Assert.Equal(new WelchTest(0, null, null, 1, null, null), WelchTest.Of([0.3, 0.3], [0.3, 0.3, 0.3]));

    [Fact]
    public void Constant_groups_with_different_means_have_no_p() =>
        Assert.Equal(new WelchTest(0.5, null, null, null, null, null), WelchTest.Of([1, 1], [0.5, 0.5]));

    /// <summary>0.3 - 0.1 is 0.19999999999999998, and 0.4 - 0.2 is 0.2.</summary>
    [Fact]
    public void Rounding_is_neither_a_variance_nor_a_difference()
    {
        double[] fifth = [0.3 - 0.1, 0.4 - 0.2];
        Assert.NotEqual(fifth[0], fifth[1]);

        Assert.Equal(1, WelchTest.Of(fifth, [0.2, 0.2]).P);
        Assert.Null(WelchTest.Of([0.5 - 0.2, 0.6 - 0.3], fifth).P);
        Assert.Equal(1, WelchTest.Of([0.9 - 0.8, 0.9 - 0.8], [0.8 - 0.7, 0.8 - 0.7]).P);
    }

    [Fact]
    public void One_constant_group_leaves_the_degrees_of_freedom_of_the_other() =>
        Close(3, WelchTest.Of([1, 2, 3, 4], [2, 2, 2]).Df);

    [Fact]
    public void The_interval_excludes_0_exactly_if_p_is_below_five_percent()
    {
        var random = KeyedRandom.For("welch");
        for (var draw = 0; draw < 200; draw++)
        {
            var test = WelchTest.Of(Values(3 + (draw % 5), draw % 3), Values(4, 0));

            Assert.Equal(test.P < 0.05, test.Low > 0 || test.High < 0);
        }

        double[] Values(int count, int shift) =>
            [.. Enumerable.Range(0, count).Select(_ => shift + (random.NextInt(1000) / 1000.0))];
    }

    [Fact]
    public void A_variance_needs_two_values() =>
        Assert.Throws<ArgumentException>(() => WelchTest.Of([1, 2], [1]));
}
