using System.Text;
using SkiaSharp;

namespace PieService.Api.Figures.Drawing;

/// <summary>
/// Draws a figure as a PDF or PNG file. The memory of Skia is not managed: everything is disposed of here.
/// </summary>
public sealed class SkiaSheet(SKCanvas canvas, IReadOnlyDictionary<Font, SKTypeface> typefaces) : ISheet
{
    public const double PointsPerInch = 72;

    /// <summary>The most pixels of a PNG, which take 160 MB while it is drawn.</summary>
    public const int MaxPixels = 40_000_000;

    /// <summary>The whole fonts, for PNG: a pixel does not need a subset.</summary>
    private static readonly Lazy<IReadOnlyDictionary<Font, SKTypeface>> WholeFonts = new(() =>
        new[] { Font.Regular, Font.SemiBold }.ToDictionary(font => font, font => Typeface(font.Tables)));

    public bool CanShow(string text) => Font.Regular.Has(text);

    /// <summary>Returns a PDF file with one page, whose fonts have only the characters of the figure.</summary>
    public static byte[] Pdf(Picture picture)
    {
        // The first pass collects the characters of the subsets of the fonts.
        var texts = new TextSheet();
        picture.Draw(texts);
        var fonts = texts.Used.ByFont.ToDictionary(
            font => font.Key, font => Typeface(FontSubset.Of(font.Key, font.Value)));
        try
        {
            using var file = new MemoryStream();
            // Without a time of creation, the same figure has the same bytes.
            var metadata = new SKDocumentPdfMetadata
            {
                Title = picture.Title,
                Subject = picture.Caption,
                Keywords = string.Join("; ", picture.Keywords),
                Creator = "PieService",
            };
            using (var document = SKDocument.CreatePdf(file, metadata))
            {
                picture.Draw(new SkiaSheet(
                    document.BeginPage((float)picture.Size.Width, (float)picture.Size.Height), fonts));
                document.EndPage();
                document.Close();
            }
            return file.ToArray();
        }
        finally
        {
            foreach (var font in fonts.Values) font.Dispose();
        }
    }

    /// <summary>The width and the height of a PNG file in pixels.</summary>
    public static (int Width, int Height) PixelsOf(SheetSize size, int dotsPerInch)
    {
        var scale = dotsPerInch / PointsPerInch;
        return ((int)(size.Width * scale), (int)(size.Height * scale));
    }

    /// <summary>Returns a PNG file, which states its resolution, title and caption.</summary>
    /// <param name="picture">With at most <see cref="MaxPixels"/> pixels.</param>
    public static byte[] Png(Picture picture, int dotsPerInch)
    {
        var (width, height) = PixelsOf(picture.Size, dotsPerInch);
        using var surface = SKSurface.Create(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Scale((float)(dotsPerInch / PointsPerInch));
        picture.Draw(new SkiaSheet(surface.Canvas, WholeFonts.Value));
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return PngChunks.Added(data.AsSpan(), dotsPerInch, picture);
    }

    public void Line(IReadOnlyList<Point> points, Stroke stroke, string? tip = null)
    {
        using var path = PathOf(points);
        Draw(path, null, 1, stroke);
    }

    public void Polygon(
        IReadOnlyList<Point> points, Rgb fill, double opacity = 1, Stroke? rim = null, string? tip = null)
    {
        using var path = PathOf(points);
        path.Close();
        Draw(path, fill, opacity, rim);
    }

    public void Rectangle(Box box, Rgb? fill, double opacity = 1, Stroke? rim = null, string? tip = null)
    {
        using var path = new SKPath();
        path.AddRect(new SKRect((float)box.Left, (float)box.Top, (float)box.Right, (float)box.Bottom));
        Draw(path, fill, opacity, rim);
    }

    public void Disc(Point centre, double radius, Rgb fill, Stroke? rim = null, string? tip = null)
    {
        using var path = new SKPath();
        path.AddCircle((float)centre.X, (float)centre.Y, (float)radius);
        Draw(path, fill, 1, rim);
    }

    public void Text(Point at, string text, TextStyle style, double degrees = 0)
    {
        using var font = new SKFont(typefaces[style.Font], (float)style.Size)
        {
            Subpixel = true,
            LinearMetrics = true,
            Hinting = SKFontHinting.None,
            Edging = SKFontEdging.Antialias,
        };
        using var paint = new SKPaint { Color = ColourOf(style.Colour, 1), IsAntialias = true };
        canvas.Save();
        canvas.Translate((float)at.X, (float)at.Y);
        canvas.RotateDegrees((float)degrees);
        var shown = string.Concat(
            text.EnumerateRunes().Select(rune => style.Font.Has(rune) ? rune : new Rune(' ')));
        canvas.DrawText(
            shown, (float)-style.Offset(style.Font.Width(text, style.Size)), 0, SKTextAlign.Left, font, paint);
        canvas.Restore();
    }

    private static SKTypeface Typeface(SortedDictionary<string, byte[]> tables)
    {
        using var data = SKData.CreateCopy(Woff.ToTrueType(tables));
        return SKTypeface.FromData(data);
    }

    private static SKPath PathOf(IReadOnlyList<Point> points)
    {
        var path = new SKPath();
        path.MoveTo((float)points[0].X, (float)points[0].Y);
        foreach (var point in points.Skip(1)) path.LineTo((float)point.X, (float)point.Y);
        return path;
    }

    private static SKColor ColourOf(Rgb colour, double opacity) =>
        new(colour.Red, colour.Green, colour.Blue, (byte)Math.Round(255 * opacity));

    private void Draw(SKPath path, Rgb? fill, double opacity, Stroke? stroke)
    {
        if (fill is { } colour)
        {
            using var paint = new SKPaint { Color = ColourOf(colour, opacity), IsAntialias = true };
            canvas.DrawPath(path, paint);
        }
        if (stroke is null) return;
        using var dash = stroke.Dash is { } lengths
            ? SKPathEffect.CreateDash([.. lengths.Select(length => (float)length)], 0) : null;
        using var line = new SKPaint
        {
            Color = ColourOf(stroke.Colour, 1),
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = (float)stroke.Width,
            StrokeJoin = SKStrokeJoin.Round,
            PathEffect = dash,
        };
        canvas.DrawPath(path, line);
    }
}
