using PieService.Api.Figures.Drawing;

namespace PieService.Api.Figures;

/// <param name="Value">Null if the cell has no value, which is shown as a grey cell.</param>
/// <param name="Text">The number in the cell.</param>
/// <param name="Rounded">The number in a cell in which the text does not fit; null if that has none.</param>
public sealed record HeatCell(double? Value, string Text, string? Tip = null, string? Rounded = null);

/// <summary>A matrix of cells whose colours show values from 0, with a bar that explains the colours.</summary>
/// <param name="Cells">By row and column; a cell that is null is not drawn.</param>
/// <param name="Greatest">The value at the end of the ramp, above 0.</param>
public sealed record HeatMap(
    FigureLook Look, IReadOnlyList<UserText> Rows, IReadOnlyList<UserText> Columns,
    IReadOnlyList<IReadOnlyList<HeatCell?>> Cells, double Greatest, string RowsTitle, string ColumnsTitle,
    string BarTitle, string? Note)
{
    private const double RowsTitleWidth = 11, TallestRow = 18.4, LowestRow = 11, BarWidth = 8, BarRoom = 46,
        TallestBar = 110;

    /// <summary>Names of columns up to this width are thinned if there are many; longer ones are turned.</summary>
    private const double WidestNumber = 24;

    /// <summary>The distance of turned names, which is more than the height of a line.</summary>
    private const double LeastDistance = 9;

    public SheetSize Size => new(
        Look.Millimetres * Style.PointsPerMillimetre,
        // The bar is higher than a single row.
        Math.Max(6 + (RowHeight * Rows.Count) + ColumnsHeight, 64) + (Note is null ? 4 : 14));

    private Theme Theme => Look.Theme;

    private double Width => Look.Millimetres * Style.PointsPerMillimetre;

    /// <summary>Whether a colour has a meaning.</summary>
    private bool HasValues => Cells.Any(row => row.Any(cell => cell?.Value is not null));

    private ColourBar Bar => new(
        Theme.Blues, new(0, Greatest, 0, 1), BarTitle,
        [.. Ticks.Around(0, Greatest, 5).Where(tick => tick.Value <= Greatest * (1 + 1e-9))]);

    private double Left => 6 + (RowsTitle.Length == 0 ? 0 : RowsTitleWidth)
        + Rows.Max(row => Math.Min(WidthOf(row), Width * 0.35)) + 4;

    private double RowHeight => Math.Clamp(CellWidth, LowestRow, TallestRow);

    /// <summary>Rims would hide narrow cells.</summary>
    private Stroke? Rim => CellWidth < 5 ? null : new(Theme.Background, 0.75);

    private double CellWidth => (Width - Left - BarRoom) / Columns.Count;

    /// <summary>Names that do not fit below their columns are turned by 45°.</summary>
    private bool AreTurned => Columns.Max(WidthOf) is var widest && widest > CellWidth - 2 && widest > WidestNumber;

    private double ColumnsHeight => 11 + (ColumnsTitle.Length == 0 ? 0 : 10)
        + (AreTurned ? Math.Min(Columns.Max(WidthOf), Width * 0.3) * 0.7071 : 0);

    public void Draw(ISheet sheet)
    {
        var (bottom, bar) = (6 + (RowHeight * Rows.Count), Bar);
        foreach (var (index, row) in Rows.Index())
        {
            var top = 6 + (RowHeight * index);
            sheet.Text(
                new(Left - 4, top + (RowHeight / 2) + (Style.Middle * Style.TextSize)),
                Font.Regular.Cut(row.On(sheet), Style.TextSize, Width * 0.35),
                new(Style.TextSize, Theme.Ink, Anchor.End));
            foreach (var (column, cell) in Cells[index].Index())
                if (cell is not null)
                    Draw(sheet, cell, bar, new(Left + (column * CellWidth), top, CellWidth, RowHeight));
        }
        DrawColumnNames(sheet, bottom);
        sheet.Text(
            new(Left + (CellWidth * Columns.Count / 2), bottom + ColumnsHeight), ColumnsTitle,
            new(Style.TitleSize, Theme.Ink, Anchor.Middle));
        var rowsTitle = Font.Regular.Width(RowsTitle, Style.TitleSize);
        // The title of two rows is longer than they are high; below them the sheet is empty.
        sheet.Text(
            new(10, Math.Max((6 + bottom) / 2, 4 + (rowsTitle / 2))), RowsTitle,
            new(Style.TitleSize, Theme.Ink, Anchor.Middle), -90);
        if (HasValues)
            bar.Draw(
                sheet, new(Width - BarRoom + 10, 6, BarWidth, Math.Clamp(bottom - 6, 54, TallestBar)), Width - 3,
                Style.TextSize, Theme);
        if (Note is not null)
            sheet.Text(
                new(4, Size.Height - 3), Font.Regular.Cut(Note, Style.NoteSize, Width - 8),
                new(Style.NoteSize, Theme.Muted));
    }

    private static double WidthOf(UserText name) => name.Width(Style.TextSize);

    private void Draw(ISheet sheet, HeatCell cell, ColourBar bar, Box box)
    {
        var colour = cell.Value is { } value ? bar.At(value) : Theme.NoValue;
        sheet.Rectangle(box, colour, 1, Rim, cell.Tip);
        if (new[] { cell.Text, cell.Rounded }.FirstOrDefault(
            text => text is not null && Font.Regular.Width(text, Style.TextSize) <= box.Width - 2) is { } fitting)
            sheet.Text(
                new(box.CentreX, box.CentreY + (Style.Middle * Style.TextSize)), fitting,
                new(Style.TextSize, cell.Value is null ? Theme.Ink : colour.TextOnIt, Anchor.Middle));
    }

    /// <summary>Names that would touch are left out.</summary>
    private void DrawColumnNames(ISheet sheet, double bottom)
    {
        var distance = AreTurned ? LeastDistance : Columns.Max(WidthOf) + 2;
        var step = (int)Math.Ceiling(distance / CellWidth);
        foreach (var (index, column) in Columns.Index().Where(column => column.Index % step == 0))
        {
            var (x, text) = (Left + ((index + 0.5) * CellWidth), column.On(sheet));
            if (AreTurned)
                sheet.Text(
                    new(x + 2.5, bottom + 7),
                    // A name begins to the left of its column, where the sheet may end.
                    Font.Regular.Cut(text, Style.TextSize, Math.Min(Width * 0.3, (x - 2) / 0.7071)),
                    new(Style.TextSize, Theme.Ink, Anchor.End), -45);
            else
                sheet.Text(new(x, bottom + 9), text, new(Style.TextSize, Theme.Ink, Anchor.Middle));
        }
    }
}
