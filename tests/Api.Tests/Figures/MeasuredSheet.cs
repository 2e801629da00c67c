using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

/// <summary>A sheet that measures where its texts are.</summary>
internal sealed class MeasuredSheet : ISheet
{
    public List<(string Text, Box Box)> Texts { get; } = [];

    public bool CanShow(string text) => Font.Regular.Has(text);

    public void Line(IReadOnlyList<Point> points, Stroke stroke, string? tip = null)
    {
    }

    public void Polygon(
        IReadOnlyList<Point> points, Rgb fill, double opacity = 1, Stroke? rim = null, string? tip = null)
    {
    }

    public void Rectangle(Box box, Rgb? fill, double opacity = 1, Stroke? rim = null, string? tip = null)
    {
    }

    public void Disc(Point centre, double radius, Rgb fill, Stroke? rim = null, string? tip = null)
    {
    }

    /// <summary>The box from the baseline up; a rotated text is enclosed by its box.</summary>
    public void Text(Point at, string text, TextStyle style, double degrees = 0)
    {
        var width = style.Font.Width(text, style.Size);
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var left = -style.Offset(width);
        List<Point> corners =
        [
            .. from x in new[] { left, left + width }
               from y in new[] { 0, -style.Size }
               select new Point(at.X + (x * cos) - (y * sin), at.Y + (x * sin) + (y * cos)),
        ];
        var (least, top) = (corners.Min(corner => corner.X), corners.Min(corner => corner.Y));
        Texts.Add((text, new(
            least, top, corners.Max(corner => corner.X) - least, corners.Max(corner => corner.Y) - top)));
    }
}
