using PieService.Domain.Analysis;

namespace PieService.Domain.Tests.Analysis;

public sealed class HexagonGridTests
{
    [Fact]
    public void Every_point_is_counted_once_in_a_hexagon_around_it()
    {
        foreach (var (x, y) in from i in Enumerable.Range(0, 101)
                               from j in Enumerable.Range(0, 81)
                               select (i / 100.0, j / 100.0))
        {
            var grid = new HexagonGrid(40);
            grid.Add(x, y, isMarked: false);
            var cell = Assert.Single(grid.Cells);

            Assert.Equal((1, 0), (cell.Points, cell.Marked));
            // No point of a hexagon is farther from its centre than a corner.
            Assert.True(Math.Sqrt(Math.Pow(cell.X - x, 2) + Math.Pow(cell.Y - y, 2)) <= grid.Radius + 1e-12);
        }
    }

    [Fact]
    public void A_million_points_need_no_more_than_the_hexagons_of_the_area()
    {
        var grid = new HexagonGrid(40);
        for (var i = 0; i < 1_000_000; i++) grid.Add(i % 1000 / 999.0, i / 1000 / 999.0 * 0.8, i % 4 == 0);

        var cells = grid.Cells.ToList();
        Assert.Equal((1_000_000, 250_000), (cells.Sum(cell => cell.Points), cells.Sum(cell => cell.Marked)));
        Assert.InRange(cells.Count, 40 * 36, 42 * 40);
    }
}
