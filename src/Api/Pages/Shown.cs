using System.Globalization;
using PieService.Domain.Statistics;

namespace PieService.Api.Pages;

/// <summary>Numbers and times as the pages show them.</summary>
public static class Shown
{
    /// <summary>Shown where there is no value.</summary>
    public const string None = "–";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Count(long? count) => count?.ToString("N0", Culture) ?? None;

    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A share in [-1, 1] in percent.</summary>
    public static string Percent(double? share) => share is { } value ? $"{Points(value)} %" : None;

    /// <summary>A share in percent with its range.</summary>
    public static string Percent(double share, double low, double high) =>
        $"{Points(share)} % ({Points(low)} to {Points(high)})";

    /// <summary>A difference of shares, with its interval if there is one.</summary>
    public static string Excess(Estimate? excess) => excess switch
    {
        null => None,
        { Low: { } low, High: { } high } => Percent(excess.Value, low, high),
        _ => Percent(excess.Value),
    };

    /// <summary>A sparsity, which is in percent already.</summary>
    public static string Sparsity(decimal percent) => $"{percent.ToString("0.####", Culture)} %";

    public static string Sparsity(double? percent) =>
        percent is { } value ? $"{value.ToString("0.00", Culture)} %" : None;

    /// <summary>A probability, such as a q value, or another number in [0, 1].</summary>
    public static string Small(double? value) => value switch
    {
        null => None,
        > 0 and < 0.001 => "< 0.001",
        { } shown => shown.ToString("0.000", Culture),
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", Culture);

    // A minus sign, which is as wide as a plus sign, instead of a hyphen.
    private static string Points(double share)
    {
        var points = (100 * share).ToString("0.0", Culture);
        return points == "-0.0" ? "0.0" : points.Replace('-', '\u2212');
    }
}
