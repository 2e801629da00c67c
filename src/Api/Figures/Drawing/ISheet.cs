namespace PieService.Api.Figures.Drawing;

/// <summary>
/// The sheet on which a figure is drawn. The unit is the point, 1/72 inch; y increases downwards. Marks that are drawn
/// later cover earlier ones.
/// </summary>
public interface ISheet
{
    /// <summary>
    /// Whether this sheet shows every character of a text. A sheet without a font for it would show boxes.
    /// </summary>
    bool CanShow(string text);

    /// <param name="tip">A text that viewers show for the mark, if the format has such texts.</param>
    void Line(IReadOnlyList<Point> points, Stroke stroke, string? tip = null);

    /// <param name="opacity">In (0, 1].</param>
    void Polygon(IReadOnlyList<Point> points, Rgb fill, double opacity = 1, Stroke? rim = null, string? tip = null);

    void Rectangle(Box box, Rgb? fill, double opacity = 1, Stroke? rim = null, string? tip = null);

    void Disc(Point centre, double radius, Rgb fill, Stroke? rim = null, string? tip = null);

    /// <param name="at">The point on the baseline that the anchor of the style names.</param>
    /// <param name="degrees">The rotation about this point, clockwise.</param>
    void Text(Point at, string text, TextStyle style, double degrees = 0);
}
