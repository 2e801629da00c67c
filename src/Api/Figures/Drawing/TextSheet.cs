namespace PieService.Api.Figures.Drawing;

/// <summary>A sheet that keeps only the characters of the texts, of a file that has no other fonts.</summary>
public sealed class TextSheet : ISheet
{
    public UsedCharacters Used { get; } = new();

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

    public void Text(Point at, string text, TextStyle style, double degrees = 0) => Used.Add(text, style.Font);
}
