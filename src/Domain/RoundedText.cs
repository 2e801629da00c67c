using System.Globalization;

namespace PieService.Domain;

/// <summary>Numbers with a fixed number of decimals, for tables, reports, pages and figures alike.</summary>
public static class RoundedText
{
    /// <summary>Beyond it, a double has no digits after the point, and a decimal may overflow.</summary>
    private const double Largest = 1e15;

    /// <summary>
    /// Rounds half away from zero, as readers do: 33 of 400 are 8.3 %. The sign of a number that is rounded to zero is
    /// left out.
    /// </summary>
    /// <returns>With a hyphen before negative numbers.</returns>
    public static string Fixed(double value, int decimals)
    {
        var format = $"F{decimals}";
        if (!(Math.Abs(value) < Largest)) return value.ToString(format, CultureInfo.InvariantCulture);
        // A conversion to decimal keeps 15 digits, without the error of the binary number.
        var rounded = Math.Round((decimal)value, decimals, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString(format, CultureInfo.InvariantCulture);
    }
}
