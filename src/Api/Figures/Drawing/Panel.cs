namespace PieService.Api.Figures.Drawing;

/// <summary>The axes of a chart: left and bottom lines, ticks outside, and a horizontal grid.</summary>
public sealed record Panel(Box Box, Scale X, Scale Y)
{
    public Point At(double x, double y) => new(X.At(x), Y.At(y));

    /// <summary>Draws the grid, which is behind every mark.</summary>
    public void DrawGrid(ISheet sheet, IEnumerable<Tick> ticks, Theme theme)
    {
        foreach (var y in ticks.Select(tick => Y.At(tick.Value)))
            sheet.Line([new(Box.Left, y), new(Box.Right, y)], new(theme.Grid, Style.GridWidth));
    }

    /// <param name="hasTexts">Whether the ticks have their numbers; panels to the right of another have none.</param>
    public void DrawLeftAxis(ISheet sheet, IEnumerable<Tick> ticks, bool hasTexts, Theme theme)
    {
        var axis = new Stroke(theme.Ink, Style.AxisWidth);
        sheet.Line([new(Box.Left, Box.Top), new(Box.Left, Box.Bottom)], axis);
        foreach (var tick in ticks)
        {
            var y = Y.At(tick.Value);
            sheet.Line([new(Box.Left - Style.TickLength, y), new(Box.Left, y)], axis);
            if (hasTexts)
                sheet.Text(
                    new(Box.Left - Style.TickLength - 2, y + (Style.Middle * Style.TextSize)), tick.Text,
                    new(Style.TextSize, theme.Ink, Anchor.End));
        }
    }

    /// <param name="ticks">Every tick has a line; texts that would touch are left out.</param>
    public void DrawBottomAxis(ISheet sheet, IReadOnlyList<Tick> ticks, Theme theme)
    {
        var axis = new Stroke(theme.Ink, Style.AxisWidth);
        sheet.Line([new(Box.Left, Box.Bottom), new(Box.Right, Box.Bottom)], axis);
        foreach (var x in ticks.Select(tick => X.At(tick.Value)))
            sheet.Line([new(x, Box.Bottom), new(x, Box.Bottom + Style.TickLength)], axis);
        foreach (var tick in Ticks.Thinned([.. ticks.Where(tick => tick.Text.Length > 0)], X, Style.TextSize))
            sheet.Text(
                new(X.At(tick.Value), Box.Bottom + Style.TickLength + 1 + Style.TextSize), tick.Text,
                new(Style.TextSize, theme.Ink, Anchor.Middle));
    }
}
