using PieService.Domain.Recipes;

namespace PieService.Api.Figures.Drawing;

public enum Marker { Disc, Square, Triangle }

/// <summary>
/// How a method is drawn in every figure: its score decides the colour, its schedule dash and marker, so that a method
/// can be told from the others without the colour.
/// </summary>
public sealed record MethodStyle(Rgb Colour, IReadOnlyList<double>? Dash, Marker Marker)
{
    public Stroke Stroke => new(Colour, Style.CurveWidth, Dash);

    /// <summary>The colour of an area, which tells the schedules of one score apart without a dash.</summary>
    public Rgb Fill(Theme theme) => Colour.MixedWith(theme.Background, Marker switch
    {
        Marker.Disc => 0,
        Marker.Square => 0.35,
        Marker.Triangle => 0.6,
    });

    public static MethodStyle Of(Method method, Theme theme) => PruningRule.Of(method) switch
    {
        null => new(theme.Ink, [2.4, 1.4], Marker.Disc),
        { Schedule: PruningSchedule.AtInitialization } rule => new(ColourOf(rule, theme), [1.2, 1.6], Marker.Triangle),
        { Rewinds: true } rule => new(ColourOf(rule, theme), [4, 1.6], Marker.Square),
        var rule => new(ColourOf(rule, theme), null, Marker.Disc),
    };

    /// <summary>Draws the marker with a rim of the background, which parts it from its line.</summary>
    /// <param name="isHollow">Whether the value is provisional.</param>
    public void Mark(ISheet sheet, Point at, bool isHollow, Theme theme, string? tip = null)
    {
        var (fill, rim) = isHollow ? (theme.Background, new Stroke(Colour, 0.9))
            : (Colour, new Stroke(theme.Background, 0.5));
        var half = Style.MarkerSize / 2;
        if (Marker == Marker.Disc) sheet.Disc(at, half, fill, rim, tip);
        else if (Marker == Marker.Square)
            sheet.Rectangle(
                new(at.X - (half * 0.9), at.Y - (half * 0.9), half * 1.8, half * 1.8), fill, 1, rim, tip);
        else
            sheet.Polygon(
                [
                    new(at.X, at.Y - (half * 1.2)), new(at.X + (half * 1.1), at.Y + (half * 0.8)),
                    new(at.X - (half * 1.1), at.Y + (half * 0.8)),
                ],
                fill, 1, rim, tip);
    }

    private static Rgb ColourOf(PruningRule rule, Theme theme) => theme.Families[(int)rule.Score];
}
