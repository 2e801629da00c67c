using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

public sealed class TicksTests
{
    [Theory]
    [InlineData(51.4, 60.3, "50 52 54 56 58 60 62")]
    [InlineData(0, 0.0123, "0.000 0.005 0.010 0.015")]
    [InlineData(-3, 4, "−4 −2 0 2 4")]
    [InlineData(0, 100, "0 20 40 60 80 100")]
    [InlineData(0, 0, "−1.0 −0.5 0.0 0.5 1.0")]
    public void Ticks_enclose_the_range_at_round_numbers(double low, double high, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ticks.Around(low, high, 5).Select(tick => tick.Text)));

    [Fact]
    public void Texts_of_ticks_do_not_touch_and_the_last_one_stays()
    {
        var random = new Random(7);
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var values = Enumerable.Range(0, random.Next(1, 51)).Select(_ => Math.Round(random.NextDouble() * 100, 2))
                .Distinct().Order().ToList();
            var scale = new Scale(-5, 105, 0, random.Next(60, 400));

            var kept = Ticks.Thinned(
                [.. values.Select(value => new Tick(value, NumberText.Trimmed(value, 2)))], scale, Style.TextSize);

            Assert.Equal(values[^1], kept[^1].Value);
            foreach (var (left, right) in kept.Zip(kept.Skip(1)))
                Assert.True(
                    scale.At(left.Value) + (Font.Regular.Width(left.Text, Style.TextSize) / 2)
                    < scale.At(right.Value) - (Font.Regular.Width(right.Text, Style.TextSize) / 2));
        }
    }

    [Theory]
    [InlineData(-0.004, 2, "0.00")]
    [InlineData(-1.5, 1, "−1.5")]
    [InlineData(1234.5, 0, "1235")]
    public void Numbers_have_the_minus_sign_of_typography(double value, int decimals, string expected) =>
        Assert.Equal(expected, NumberText.Fixed(value, decimals));

    [Theory]
    [InlineData("50.000000", "50")]
    [InlineData("99.5", "99.5")]
    [InlineData("100", "100")]
    public void A_sparsity_has_the_decimals_that_it_needs(string sparsity, string expected) =>
        Assert.Equal(
            expected,
            NumberText.Percent(decimal.Parse(sparsity, System.Globalization.CultureInfo.InvariantCulture)));
}
