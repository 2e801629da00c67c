namespace PieService.Api.Figures.Drawing;

/// <summary>The measures of all figures, in points at the size of print.</summary>
public static class Style
{
    public const double PointsPerMillimetre = 72 / 25.4;

    /// <summary>Of axis titles and panel titles.</summary>
    public const double TitleSize = 8;

    /// <summary>Of ticks, keys and cells.</summary>
    public const double TextSize = 7;

    public const double NoteSize = 6.5;

    /// <summary>From one line of a text to the next.</summary>
    public const double LineHeight = 10;

    public const double AxisWidth = 0.6, GridWidth = 0.5, TickLength = 2.5, CurveWidth = 1.2, MarkerSize = 4.2;

    /// <summary>From the baseline of a text to its middle, as a share of its size.</summary>
    public const double Middle = 0.35;

    public static SheetSize Millimetres(double width, double height) =>
        new(width * PointsPerMillimetre, height * PointsPerMillimetre);
}
