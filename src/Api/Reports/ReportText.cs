using System.Globalization;
using PieService.Domain;
using PieService.Domain.Statistics;

namespace PieService.Api.Reports;

/// <summary>Numbers and times of a report.</summary>
internal static class ReportText
{
    public const string None = "–";

    /// <param name="share">A share, or a change of one.</param>
    public static string Percent(double? share) => share is { } known ? Number(100 * known) : None;

    public static string MeanSd(double? mean, double? sd) =>
        sd is null ? Percent(mean) : $"{Percent(mean)} ± {Percent(sd)}";

    /// <param name="share">A change of a share, whose interval is shown in [-1, 1].</param>
    public static string WithInterval(Estimate? share) => share?.Within(-1, 1) switch
    {
        null => None,
        { Value: var value, Low: { } low, High: { } high } => $"{Percent(value)} [{Percent(low)}, {Percent(high)}]",
        { Value: var value } => Percent(value),
    };

    public static string Sparsity(double? percent) => percent?.ToString("0.##", CultureInfo.InvariantCulture) ?? None;

    public static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? None;

    public static string Time(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? None;

    private static string Number(double number) => RoundedText.Fixed(number, 1).Replace('-', '−');
}
