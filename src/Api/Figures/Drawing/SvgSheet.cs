using System.Globalization;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>
/// Writes a figure as SVG 1.1: text stays text, styles are presentation attributes, and the characters of the fonts
/// that it uses are embedded.
/// </summary>
public sealed class SvgSheet : ISheet
{
    private readonly StringBuilder body = new();
    private readonly UsedCharacters used = new();

    /// <summary>A viewer has other fonts for the characters that the embedded ones lack.</summary>
    public bool CanShow(string text) => true;

    /// <param name="embedsFonts">Without the fonts, a viewer shows the texts in another one if it lacks them.</param>
    public static string Write(Picture picture, bool embedsFonts)
    {
        var sheet = new SvgSheet();
        picture.Draw(sheet);
        var (width, height) = (Number(picture.Size.Width), Number(picture.Size.Height));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}pt" height="{height}pt"
             role="img" font-family="{Font.Family}, sans-serif">
            <title>{XmlText.Escaped(picture.Title)}</title>
            <desc>{XmlText.Escaped(picture.Caption)}</desc>
            {(embedsFonts ? sheet.Fonts() : "")}{sheet.body}</svg>

            """;
    }

    public void Line(IReadOnlyList<Point> points, Stroke stroke, string? tip = null) =>
        Element("polyline", $" points=\"{Points(points)}\" fill=\"none\"{Stroked(stroke)}", tip);

    public void Polygon(
        IReadOnlyList<Point> points, Rgb fill, double opacity = 1, Stroke? rim = null, string? tip = null) =>
        Element("polygon", $" points=\"{Points(points)}\"{Filled(fill, opacity)}{Stroked(rim)}", tip);

    public void Rectangle(Box box, Rgb? fill, double opacity = 1, Stroke? rim = null, string? tip = null) =>
        Element(
            "rect",
            $" x=\"{Number(box.Left)}\" y=\"{Number(box.Top)}\" width=\"{Number(box.Width)}\" "
                + $"height=\"{Number(box.Height)}\"{Filled(fill, opacity)}{Stroked(rim)}",
            tip);

    public void Disc(Point centre, double radius, Rgb fill, Stroke? rim = null, string? tip = null) =>
        Element(
            "circle",
            $" cx=\"{Number(centre.X)}\" cy=\"{Number(centre.Y)}\" r=\"{Number(radius)}\""
                + $"{Filled(fill, 1)}{Stroked(rim)}",
            tip);

    public void Text(Point at, string text, TextStyle style, double degrees = 0)
    {
        used.Add(text, style.Font);
        var (anchor, weight) = (style.Anchor switch
        {
            Anchor.Start => "",
            Anchor.Middle => " text-anchor=\"middle\"",
            Anchor.End => " text-anchor=\"end\"",
        }, style.IsBold ? " font-weight=\"600\"" : "");
        var (x, y) = (Number(at.X), Number(at.Y));
        var turn = degrees == 0 ? "" : $" transform=\"rotate({Number(degrees)} {x} {y})\"";
        var look = $"font-size=\"{Number(style.Size)}\" fill=\"{style.Colour}\"{anchor}{weight}{turn}";
        body.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" {look}>{XmlText.Escaped(text)}</text>\n");
    }

    /// <summary>Returns a coordinate with at most two decimals.</summary>
    private static string Number(double value) =>
        (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture) is var text && text == "-0"
            ? "0" : text;

    private static string Points(IReadOnlyList<Point> points) =>
        string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"));

    private static string Filled(Rgb? fill, double opacity) =>
        (fill is { } colour ? $" fill=\"{colour}\"" : " fill=\"none\"")
        + (opacity < 1 ? $" fill-opacity=\"{Number(opacity)}\"" : "");

    private static string Stroked(Stroke? stroke) => stroke is null ? ""
        : $" stroke=\"{stroke.Colour}\" stroke-width=\"{Number(stroke.Width)}\" stroke-linejoin=\"round\""
            + (stroke.Dash is { } dash ? $" stroke-dasharray=\"{string.Join(' ', dash.Select(Number))}\"" : "");

    private void Element(string name, string attributes, string? tip) =>
        body.Append(tip is null ? $"<{name}{attributes}/>\n"
            : $"<{name}{attributes}><title>{XmlText.Escaped(tip)}</title></{name}>\n");

    private string Fonts()
    {
        var faces =
            from font in used.ByFont
            let file = Convert.ToBase64String(Woff.ToWoff(FontSubset.Of(font.Key, font.Value)))
            select $"@font-face{{font-family:\"{Font.Family}\";font-weight:{font.Key.Weight};"
                + $"src:url(data:font/woff;base64,{file}) format(\"woff\")}}";
        return $"<defs><style>{string.Join('\n', faces)}</style></defs>\n";
    }
}
