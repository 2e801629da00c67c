using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class AdjustedPTests
{
    [Fact]
    public void A_test_without_a_p_value_is_left_out_and_has_no_q_value() =>
        Assert.Equal([0.04, null, 0.5], AdjustedP.BenjaminiHochbergOfKnown([0.02, null, 0.5]));

    [Fact]
    public void Benjamini_and_Hochberg_is_that_of_statsmodels() => Each(
        "statistics.json", "benjamini_hochberg",
        golden => CloseP(golden.Numbers("q"), AdjustedP.BenjaminiHochberg(golden.Numbers("p"))));

    [Fact]
    public void Holm_is_that_of_statsmodels() => Each("statistics.json", "holm", golden =>
        CloseP(golden.Numbers("adjusted"), AdjustedP.Holm(golden.Numbers("p"))));

    [Fact]
    public void No_tests_need_no_adjustment()
    {
        Assert.Empty(AdjustedP.Holm([]));
        Assert.Empty(AdjustedP.BenjaminiHochberg([]));
    }

    [Fact]
    public void Equal_p_values_stay_equal()
    {
        double[] p = [0.04, 0.01, 0.04, 0.04];

        Assert.Equal([0.12, 0.04, 0.12, 0.12], AdjustedP.Holm(p));
        Assert.Equal([0.04, 0.04, 0.04, 0.04], AdjustedP.BenjaminiHochberg(p));
    }
}
