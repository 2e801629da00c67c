using System.Text.Json.Serialization;
using PieService.Api.Figures.Drawing;

namespace PieService.Api.Figures;

/// <summary>The width of a figure, for the columns of journals and conferences.</summary>
public enum FigureWidth
{
    /// <summary>84 mm: a column of a page with two columns.</summary>
    [JsonStringEnumMemberName("column")] Column,

    /// <summary>140 mm: a page with one column.</summary>
    [JsonStringEnumMemberName("text")] Text,

    /// <summary>174 mm: both columns.</summary>
    [JsonStringEnumMemberName("page")] Page,
}

public enum FigureTheme
{
    [JsonStringEnumMemberName("light")] Light,
    [JsonStringEnumMemberName("dark")] Dark,
}

/// <summary>What a client chooses about the drawing of a figure, apart from its content.</summary>
public sealed record FigureLook(FigureWidth Width, Theme Theme)
{
    public double Millimetres => Width switch
    {
        FigureWidth.Column => 84,
        FigureWidth.Text => 140,
        FigureWidth.Page => 174,
    };
}
