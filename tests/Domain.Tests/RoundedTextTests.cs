namespace PieService.Domain.Tests;

public sealed class RoundedTextTests
{
    [Theory]
    [InlineData(8.25, 1, "8.3")]
    [InlineData(-8.25, 1, "-8.3")]
    [InlineData(100 * (21 / 400.0), 1, "5.3")]
    [InlineData(1.005, 2, "1.01")]
    [InlineData(-0.04, 1, "0.0")]
    [InlineData(99.95, 1, "100.0")]
    [InlineData(0.1234, 0, "0")]
    [InlineData(1e300, 0, null)]
    [InlineData(double.NaN, 1, "NaN")]
    public void Halves_are_rounded_away_from_zero_as_decimal_numbers(double value, int decimals, string? text)
    {
        var rounded = RoundedText.Fixed(value, decimals);

        if (text is null) Assert.Equal(301, rounded.Length);
        else Assert.Equal(text, rounded);
    }
}
