using PieService.Api.Figures.Drawing;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <param name="X">The value on the horizontal axis.</param>
/// <param name="Interval">Null if the value has no interval.</param>
/// <param name="Dots">The values of single runs, which are drawn instead of an interval.</param>
/// <param name="IsCollapsed">Whether the point is marked with a star.</param>
public sealed record CurvePoint(
    double X, double Y, (double Low, double High)? Interval, IReadOnlyList<double> Dots, bool IsProvisional,
    bool IsCollapsed, string Tip);

/// <param name="Points">In the order in which the line joins them.</param>
public sealed record Curve(Method Method, IReadOnlyList<CurvePoint> Points);

/// <summary>A horizontal line through all panels, with a band.</summary>
public sealed record Level(
    string Text, double Mean, (double Low, double High)? Band, Rgb Colour, IReadOnlyList<double> Dash, Rgb BandColour,
    double BandOpacity);

/// <summary>
/// Curves of methods over the sparsity: a panel for each pruning score, beside each other, or below each other in a
/// column.
/// </summary>
public sealed record CurveChart
{
    private const double Gap = 10, TitleHeight = 12, BottomHeight = 24, TallestPanel = 62, LowestPanel = 50;

    private static readonly string[] Families = ["Magnitude", "Impact", "Random"];

    public required FigureLook Look { get; init; }
    public required SparsityAxis Axis { get; init; }
    public required string Title { get; init; }
    public required IReadOnlyList<Tick> Ticks { get; init; }
    public required IReadOnlyList<Curve> Curves { get; init; }
    public required IReadOnlyList<Level> Levels { get; init; }

    /// <summary>Whether an interval is a band; otherwise it is a bar at each point.</summary>
    public required bool HasBands { get; init; }

    /// <summary>The meaning of the bands, bars and dots.</summary>
    public required IReadOnlyList<KeyEntry> Meanings { get; init; }
    public required string? Note { get; init; }

    public SheetSize Size => Style.Millimetres(
        Look.Millimetres, IsStacked ? 12 + (LowestPanel * Panels.Count) : TallestPanel + 6);

    private bool IsStacked => Look.Width == FigureWidth.Column;

    private Theme Theme => Look.Theme;

    private IReadOnlyList<IGrouping<PruningScore, Curve>> Panels =>
        [.. Curves.GroupBy(curve => PruningRule.Of(curve.Method)!.Score).OrderBy(panel => panel.Key)];

    public void Draw(ISheet sheet)
    {
        var panels = Panels;
        var left = 14 + Ticks.Max(tick => Font.Regular.Width(tick.Text, Style.TextSize)) + Style.TickLength;
        var width = Size.Width - left - 4;
        var below = new Key([.. Levels.Select(EntryOf), .. Meanings], Size.Width - 8);
        var bottom = Size.Height - below.Height - (Note is null ? 2 : Style.LineHeight);
        var (columns, rows) = IsStacked ? (1, panels.Count) : (panels.Count, 1);
        var (cellWidth, cellHeight) = ((width - (Gap * (columns - 1))) / columns, bottom / rows);
        foreach (var (index, curves) in panels.Index())
        {
            var cell = new Box(
                left + (IsStacked ? 0 : index * (cellWidth + Gap)), IsStacked ? index * cellHeight : 0, cellWidth,
                cellHeight);
            Draw(sheet, cell, Caption(curves.Key, index, panels.Count), [.. curves], IsStacked || index == 0);
        }
        if (!IsStacked)
            sheet.Text(
                new(left + (width / 2), bottom - 3), Axis.Title, new(Style.TitleSize, Theme.Ink, Anchor.Middle));
        below.Draw(sheet, 4, bottom, Theme);
        if (Note is { } note)
            sheet.Text(
                new(4, Size.Height - 3), Font.Regular.Cut(note, Style.NoteSize, Size.Width - 8),
                new(Style.NoteSize, Theme.Muted));
    }

    private static string Caption(PruningScore score, int index, int panels) =>
        panels == 1 ? Families[(int)score] : $"({(char)('a' + index)}) {Families[(int)score]}";

    private void Draw(ISheet sheet, Box cell, string title, IReadOnlyList<Curve> curves, bool hasTexts)
    {
        var key = new Key(curves.Select(EntryOf), cell.Width);
        var top = cell.Top + TitleHeight + key.Height + 4;
        var box = new Box(cell.Left, top, cell.Width, cell.Bottom - BottomHeight - top);
        var panel = new Panel(
            box, Axis.Scale(box.Left, box.Right), new(Ticks[0].Value, Ticks[^1].Value, box.Bottom, box.Top));
        sheet.Text(new(box.Left, cell.Top + 9), title, new(Style.TitleSize, Theme.Ink, IsBold: true));
        key.Draw(sheet, box.Left, cell.Top + TitleHeight, Theme);

        panel.DrawGrid(sheet, Ticks, Theme);
        foreach (var level in Levels) Draw(sheet, level, panel);
        if (HasBands)
        {
            foreach (var curve in curves) DrawBand(sheet, curve, panel);
        }
        foreach (var (index, curve) in curves.Index())
            Draw(sheet, curve, panel, HasBands ? 0 : 1.2 * (index - ((curves.Count - 1) / 2.0)));
        panel.DrawLeftAxis(sheet, Ticks, hasTexts, Theme);
        panel.DrawBottomAxis(sheet, Axis.Ticks, Theme);
        if (hasTexts)
            sheet.Text(
                new(9, box.CentreY), Font.Regular.Cut(Title, Style.TitleSize, box.Height),
                new(Style.TitleSize, Theme.Ink, Anchor.Middle), -90);
        if (IsStacked)
            sheet.Text(
                new(box.CentreX, cell.Bottom - 3), Axis.Title, new(Style.TitleSize, Theme.Ink, Anchor.Middle));
    }

    private KeyEntry EntryOf(Curve curve)
    {
        var style = MethodStyle.Of(curve.Method, Theme);
        return new(Domain.Wire.Name(curve.Method), (sheet, box) =>
        {
            sheet.Line([new(box.Left, box.CentreY), new(box.Right, box.CentreY)], style.Stroke);
            style.Mark(sheet, new(box.CentreX, box.CentreY), isHollow: false, Theme);
        });
    }

    private static KeyEntry EntryOf(Level level) => new(level.Text, (sheet, box) =>
    {
        if (level.Band is not null) sheet.Rectangle(box, level.BandColour, level.BandOpacity);
        sheet.Line([new(box.Left, box.CentreY), new(box.Right, box.CentreY)], new(level.Colour, 0.8, level.Dash));
    });

    private static void Draw(ISheet sheet, Level level, Panel panel)
    {
        if (level.Band is var (low, high))
        {
            var top = panel.Y.At(high);
            sheet.Rectangle(
                new(panel.Box.Left, top, panel.Box.Width, panel.Y.At(low) - top), level.BandColour,
                level.BandOpacity);
        }
        var y = panel.Y.At(level.Mean);
        sheet.Line([new(panel.Box.Left, y), new(panel.Box.Right, y)], new(level.Colour, 0.8, level.Dash), level.Text);
    }

    private void DrawBand(ISheet sheet, Curve curve, Panel panel)
    {
        var points = curve.Points.Where(point => point.Interval is not null).ToList();
        if (points.Count < 2) return;
        sheet.Polygon(
            [
                .. points.Select(point => panel.At(point.X, point.Interval!.Value.High)),
                .. Enumerable.Reverse(points).Select(point => panel.At(point.X, point.Interval!.Value.Low)),
            ],
            MethodStyle.Of(curve.Method, Theme).Colour, 0.16);
    }

    /// <param name="shift">Moves the bars of different methods apart.</param>
    private void Draw(ISheet sheet, Curve curve, Panel panel, double shift)
    {
        var style = MethodStyle.Of(curve.Method, Theme);
        var places = curve.Points.Select(point => panel.At(point.X, point.Y))
            .Select(place => place with { X = place.X + shift }).ToList();
        foreach (var (point, place) in curve.Points.Zip(places))
        {
            // A single point has no band: its interval is a bar.
            if ((!HasBands || curve.Points.Count == 1) && point.Interval is var (low, high))
                sheet.Line(
                    [new(place.X, panel.Y.At(low)), new(place.X, panel.Y.At(high))], new(style.Colour, 0.8));
            foreach (var dot in point.Dots)
                sheet.Disc(place with { Y = panel.Y.At(dot) }, 0.9, style.Colour);
        }
        if (places.Count > 1) sheet.Line(places, style.Stroke);
        foreach (var (point, place) in curve.Points.Zip(places))
        {
            style.Mark(sheet, place, point.IsProvisional, Theme, point.Tip);
            if (point.IsCollapsed)
                sheet.Text(
                    new(place.X + 3, place.Y - 2), "*", new(Style.TitleSize, style.Colour, IsBold: true));
        }
    }
}
