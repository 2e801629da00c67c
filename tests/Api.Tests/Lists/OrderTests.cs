using System.Text.Json;
using PieService.Api.Lists;

namespace PieService.Api.Tests.Lists;

/// <summary>The order itself, over rows in memory. The lists of all routes test it in the database.</summary>
public sealed class OrderTests
{
    private static readonly Order<Row> Clearest = Order<Row>.ByDescending(row => row.Margin)
        .ThenBy(row => row.Position);

    private static readonly Row[] Rows = [new(0.2, 3), new(0.5, 9), new(0.2, 1), new(1, 4), new(0.5, 2)];

    [Fact]
    public void Rows_are_sorted_by_each_value_in_turn() =>
        Assert.Equal([4, 2, 9, 1, 3], Positions(Clearest.Sort(Rows.AsQueryable())));

    [Fact]
    public void After_returns_the_rows_that_follow_a_row()
    {
        var sorted = Clearest.Sort(Rows.AsQueryable()).ToList();
        for (var index = 0; index < sorted.Count; index++)
        {
            var place = Clearest.ReadPlace(JsonSerializer.SerializeToElement(Clearest.PlaceOf(sorted[index])));

            Assert.Equal(sorted.Skip(index + 1), Clearest.Sort(Clearest.After(Rows.AsQueryable(), place)));
        }
    }

    [Fact]
    public void Reversed_returns_the_rows_that_precede_a_row_the_nearest_first()
    {
        var sorted = Clearest.Sort(Rows.AsQueryable()).ToList();
        for (var index = 0; index < sorted.Count; index++)
        {
            var (backwards, place) = (Clearest.Reversed(), Clearest.PlaceOf(sorted[index]));

            Assert.Equal(
                sorted.Take(index).Reverse(), backwards.Sort(backwards.After(Rows.AsQueryable(), place)));
        }
    }

    [Fact]
    public void Within_sorts_and_continues_rows_that_contain_those_of_the_order()
    {
        var (outer, rows) = (Clearest.Within<Outer>(row => row.Inner), Rows.Select(row => new Outer(row)));

        var sorted = outer.Sort(rows.AsQueryable()).ToList();

        Assert.Equal([4, 2, 9, 1, 3], Positions(sorted.Select(row => row.Inner)));
        Assert.Equal(sorted.Skip(2), outer.Sort(outer.After(rows.AsQueryable(), outer.PlaceOf(sorted[1]))));
    }

    [Fact]
    public void A_place_may_be_between_two_rows() =>
        Assert.Equal([9, 1, 3], Positions(Clearest.Sort(Clearest.After(Rows.AsQueryable(), [0.5, 5]))));

    [Theory]
    [InlineData("[0.5]")]
    [InlineData("[0.5, 2, 1]")]
    [InlineData("[0.5, \"two\"]")]
    [InlineData("[0.5, null]")]
    [InlineData("{}")]
    [InlineData("null")]
    public void Values_of_another_order_are_refused(string place) =>
        Assert.Throws<JsonException>(() => Clearest.ReadPlace(JsonElement.Parse(place)));

    [Fact]
    public void A_time_is_read_in_UTC_which_the_database_requires()
    {
        var order = Order<DateTimeOffset>.By(time => time);

        Assert.Equal(
            TimeSpan.Zero,
            Assert.IsType<DateTimeOffset>(
                Assert.Single(order.ReadPlace(JsonElement.Parse("[\"2026-01-02T03:04:05+06:00\"]")))).Offset);
    }

    private static IEnumerable<int> Positions(IEnumerable<Row> rows) => rows.Select(row => row.Position);

    private sealed record Row(double Margin, int Position);

    private sealed record Outer(Row Inner);
}
