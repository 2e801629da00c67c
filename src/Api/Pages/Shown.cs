using System.Globalization;
using PieService.Domain;
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

    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000_000 => $"{Math.Ceiling(bytes / 1e3).ToString("N0", Culture)} kB",
        < 1_000_000_000 => $"{(bytes / 1e6).ToString("N0", Culture)} MB",
        _ => $"{(bytes / 1e9).ToString("N1", Culture)} GB",
    };

    /// <summary>A share in [-1, 1] in percent.</summary>
    public static string Percent(double? share) => share is { } value ? $"{Points(value)} %" : None;

    /// <summary>A share in percent with its range.</summary>
    public static string Percent(double share, double low, double high) =>
        $"{Points(share)} % ({Points(low)} to {Points(high)})";

    /// <summary>A difference of shares, with its interval in [-1, 1] if there is one.</summary>
    public static string Excess(Estimate? excess) => excess?.Within(-1, 1) switch
    {
        null => None,
        { Value: var value, Low: { } low, High: { } high } => Percent(value, low, high),
        { Value: var value } => Percent(value),
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

    /// <summary>
    /// The margin of the votes on an example. A label on which the cohorts agree can have a tie too: the margin of a
    /// PIE of multi-label data is over the other labels.
    /// </summary>
    public static string Margin(double margin, bool tied) =>
        Small(margin) + (!tied ? "" : margin > 0 ? " (tie on another label)" : " (tie)");

    /// <summary>A number that may be negative.</summary>
    public static string Difference(double? value) =>
        value is { } shown ? WithMinus(shown.ToString("0.000", Culture)) : None;

    public static string YesNo(bool? value) => value switch { true => "yes", false => "no", null => None };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", Culture);

    private static string Points(double share) => WithMinus(RoundedText.Fixed(100 * share, 1));

    /// <summary>A minus sign, which is as wide as a plus sign, instead of a hyphen; none before zero.</summary>
    private static string WithMinus(string number) => number.Trim('-', '0', '.').Length == 0
        ? number.TrimStart('-') : number.Replace('-', '\u2212');
}
