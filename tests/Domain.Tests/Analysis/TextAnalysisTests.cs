using PieService.Domain.Analysis;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class TextAnalysisTests
{
    [Fact]
    public void Ratios_are_those_of_the_reference() => Each("analysis.json", "text_ratio", golden =>
    {
        var expected = golden.GetProperty("expected");
        var difference = TextDifference.Of(golden.Numbers("pies"), golden.Numbers("rest"))!;

        Close(expected.Number("pies"), difference.Pies);
        Close(expected.Number("rest"), difference.Rest);
        Close(expected.Number("difference"), difference.Difference.Value);
        Close(expected.Number("difference_low"), difference.Difference.Low);
        Close(expected.Number("difference_high"), difference.Difference.High);
        Close(expected.Optional("ratio"), difference.Ratio?.Value);
        Close(expected.Optional("low"), difference.Ratio?.Low);
        Close(expected.Optional("high"), difference.Ratio?.High);
        Close(expected.Number("cliffs_delta"), difference.Ranks.CliffsDelta);
        Close(expected.Optional("cliffs_low"), difference.Ranks.Low);
        Close(expected.Optional("cliffs_high"), difference.Ranks.High);
    });

    [Fact]
    public void Values_within_strata_of_length_are_those_of_the_reference() => Each(
        "analysis.json", "length_adjusted", golden =>
        {
            var (expected, words) = (golden.GetProperty("expected"), golden.Numbers("words"));
            bool[] isPie = [.. golden.GetProperty("is_pie").EnumerateArray().Select(pie => pie.GetBoolean())];
            var adjusted = LengthAdjusted.Of(golden.Numbers("values"), LengthStrata.Of(words), isPie)!;

            Assert.Equal((expected.Int("strata"), expected.Int("pies")), (adjusted.Strata, adjusted.Pies));
            Close(expected.Number("difference"), adjusted.Difference);
            Close(expected.Optional("ratio"), adjusted.Ratio);
            Close(expected.Number("cliffs_delta"), adjusted.CliffsDelta);
        });

    [Fact]
    public void A_text_without_a_value_is_in_no_stratum()
    {
        var adjusted = LengthAdjusted.Of(
            [3, double.NaN, 1, 1], LengthStrata.Of([4, 4, 4, double.NaN]), [true, true, false, false])!;

        Assert.Equal((2.0, 1, 1), (adjusted.Difference, adjusted.Strata, adjusted.Pies));
    }

    [Theory]
    [InlineData(1, 0.5, true)]
    [InlineData(1, 1e5, false)]
    [InlineData(1e-300, 20, false)]
    [InlineData(1, double.NaN, false)]
    public void A_ratio_has_an_interval_if_its_ends_and_their_inverses_are_finite(
        double ratio, double se, bool hasInterval)
    {
        var estimate = Estimate.OfRatio(ratio, se);

        Assert.Equal((hasInterval, hasInterval), (estimate.Low is not null, estimate.High is not null));
    }

    [Fact]
    public void A_group_of_one_text_has_no_difference() => Assert.Null(TextDifference.Of([1], [1, 2, 3]));

    [Fact]
    public void Texts_whose_length_decides_have_nothing_to_compare()
    {
        Assert.Null(LengthAdjusted.Of([1, 2], LengthStrata.Of([5, 50]), [true, false]));
        Assert.Null(LengthAdjusted.Of([], LengthStrata.Of([]), []));
    }
}
