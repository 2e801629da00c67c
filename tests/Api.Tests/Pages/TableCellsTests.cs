using PieService.Api.Pages;
using PieService.Api.Tables;

namespace PieService.Api.Tests.Pages;

public sealed class TableCellsTests
{
    private sealed record Row(string? SourceId, string Label, int Tokens, double? Rate);

    private static readonly Columns<Row> Columns = new Columns<Row>().Text("sourceId", row => row.SourceId)
        .Text("label", row => row.Label).Whole("tokens", row => row.Tokens).Real("rate", row => row.Rate);

    [Fact]
    public void A_text_that_looks_like_a_number_stays_as_it_is()
    {
        var cells = Assert.Single(TableCells.Of([new("20240101", "-0.12345678", 1, 1)], Columns).Rows);

        Assert.Equal([("20240101", false), ("-0.12345678", false)], cells.Take(2).Select(ShownOf));
    }

    [Fact]
    public void A_whole_number_is_not_rounded_and_a_real_number_is()
    {
        var cells = Assert.Single(TableCells.Of([new(null, "a", -1234567, -0.123456789)], Columns).Rows);

        Assert.Equal([("\u22121,234,567", true), ("\u22120.1235", true)], cells.Skip(1).Select(ShownOf));
    }

    [Fact]
    public void A_column_of_numbers_is_one_in_a_row_without_a_value_too()
    {
        var rows = TableCells.Of([new(null, "a", 1, null), new(null, "b", 2, 0.5)], Columns).Rows;

        Assert.Equal([(null, true), ("0.5", true)], rows.Select(row => ShownOf(row[^1])));
    }

    [Fact]
    public void The_values_of_a_list_are_separated_by_commas()
    {
        var columns = new Columns<string[]>().List("labels", row => row).Text("text", row => row[0]);

        var cells = Assert.Single(TableCells.Of([["acq", "money-fx"]], columns).Rows);

        Assert.Equal("acq, money-fx", cells[0].Text);
        Assert.Equal("none", TableCells.Of([[]], new Columns<string[]>().List("labels", row => row)).Rows[0][0].Text);
    }

    private static (string? Text, bool IsNumber) ShownOf(TableCell cell) => (cell.Text, cell.IsNumber);
}
