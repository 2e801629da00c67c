namespace PieService.Domain.Analysis;

/// <summary>
/// Counts points in regular hexagons with a corner upwards, so that a million points need no more memory than the
/// hexagons. The unit is the width of the area; points are at x in [0, 1] and at y in [0, height].
/// </summary>
/// <param name="across">The number of hexagons over the width.</param>
public sealed class HexagonGrid(int across)
{
    private readonly Dictionary<(int Column, int Row), (int Points, int Marked)> cells = [];

    /// <summary>The distance of the centres of a row.</summary>
    public double Width => 1.0 / across;

    /// <summary>The distance of a corner from the centre.</summary>
    public double Radius => Width / Math.Sqrt(3);

    private double RowHeight => 1.5 * Radius;

    /// <summary>The hexagons with points, by row and column.</summary>
    public IEnumerable<(double X, double Y, int Points, int Marked)> Cells =>
        from cell in cells
        orderby cell.Key.Row, cell.Key.Column
        select (CentreX(cell.Key), cell.Key.Row * RowHeight, cell.Value.Points, cell.Value.Marked);

    public void Add(double x, double y, bool isMarked)
    {
        // The centre is in the nearest row, or in one beside it.
        var nearest = (int)Math.Round(y / RowHeight);
        var cell = Enumerable.Range(nearest - 1, 3).Select(row => CellOf(x, row))
            .MinBy(cell => Square(CentreX(cell) - x) + Square((cell.Row * RowHeight) - y));
        var (points, marked) = cells.GetValueOrDefault(cell);
        cells[cell] = (points + 1, marked + (isMarked ? 1 : 0));
    }

    private (int Column, int Row) CellOf(double x, int row) => ((int)Math.Round((x / Width) - Shift(row)), row);

    private double CentreX((int Column, int Row) cell) => (cell.Column + Shift(cell.Row)) * Width;

    /// <summary>Every second row is shifted by half of a hexagon.</summary>
    private static double Shift(int row) => (row & 1) / 2.0;

    private static double Square(double value) => value * value;
}
