using System.Net.Mime;
using System.Text.Json.Serialization;

namespace PieService.Api.Figures;

/// <summary>The format of a file with a figure, or with its data.</summary>
public enum FigureFormat
{
    [JsonStringEnumMemberName("svg")] Svg,
    [JsonStringEnumMemberName("png")] Png,
    [JsonStringEnumMemberName("pdf")] Pdf,
    [JsonStringEnumMemberName("csv")] Csv,
}

public enum EmbeddedFonts
{
    [JsonStringEnumMemberName("embedded")] Embedded,
    [JsonStringEnumMemberName("none")] None,
}

public static class FigureFormats
{
    public static string MediaType(this FigureFormat format) => format switch
    {
        FigureFormat.Svg => MediaTypeNames.Image.Svg,
        FigureFormat.Png => MediaTypeNames.Image.Png,
        FigureFormat.Pdf => MediaTypeNames.Application.Pdf,
        FigureFormat.Csv => "text/csv; charset=utf-8; header=present",
    };

    /// <summary>The parameters that only some formats have.</summary>
    public static IReadOnlyList<string> Parameters(this FigureFormat format) => format switch
    {
        FigureFormat.Svg => ["width", "fonts", "theme"],
        FigureFormat.Png => ["width", "dpi", "theme"],
        FigureFormat.Pdf => ["width"],
        FigureFormat.Csv => [],
    };
}
