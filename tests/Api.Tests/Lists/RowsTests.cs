using System.Text.Json;
using PieService.Api.Http;
using PieService.Api.Lists;

namespace PieService.Api.Tests.Lists;

public sealed class RowsTests
{
    private static readonly ListRows<int> Five = new([10, 11, 12, 13, 14]);

    [Fact]
    public async Task Pages_follow_each_other_until_the_last_item()
    {
        var pages = await PagesAsync(Five, pageSize: 2);

        Assert.Equal([[10, 11], [12, 13], [14]], pages.Select(page => page.Items));
        Assert.All(pages, page => Assert.Equal(5, page.TotalItems));
    }

    /// <summary>The rows are not in a database, so that a query of them would fail.</summary>
    [Fact]
    public async Task Rows_whose_number_is_known_are_not_counted()
    {
        var rows = new QueryRows<string, string>(
            Array.Empty<string>().AsQueryable(), Order<string>.By(row => row), row => row)
        {
            Known = 5,
        };

        Assert.Equal(5, await rows.CountAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_full_last_page_has_no_token() => Assert.Equal(
        [[10, 11, 12, 13, 14]], (await PagesAsync(Five, pageSize: 5)).Select(page => page.Items));

    [Fact]
    public async Task An_empty_list_has_one_empty_page() =>
        Assert.Empty(Assert.Single(await PagesAsync(new ListRows<int>([]), pageSize: 5)).Items);

    [Theory]
    [InlineData(8_000, 87)] // floor(8 MiB / (8,000 labels x 12 characters))
    [InlineData(1_000_000, 1)] // a single item is longer than a page may be
    public async Task A_page_of_long_items_ends_before_its_size(int labels, int items)
    {
        var rows = new ListRows<int>(1000, index => index) { LengthOf = _ => AnswerLength.OfScores(labels) };

        var page = await rows.PageAsync(new PageQuery { PageSize = 1000 }, CancellationToken.None);

        Assert.Equal(items, page.Items.Count);
        Assert.NotNull(page.NextPageToken);
    }

    [Theory]
    [InlineData("-5", 5)] // before the first item
    [InlineData("2", 2)]
    [InlineData("4", 0)]
    [InlineData("2147483647", 0)] // after the last
    public async Task A_forged_place_stays_within_the_list(string place, int left)
    {
        var query = new PageQuery { PageToken = new PageQuery().TokenOf(JsonElement.Parse(place)) };

        Assert.Equal(left, (await Five.PageAsync(query, CancellationToken.None)).Items.Count);
    }

    [Theory]
    [InlineData("\"here\"")]
    [InlineData("[2]")]
    [InlineData("null")]
    [InlineData("2.5")]
    public async Task A_place_of_another_list_is_an_error_of_the_page_token(string place)
    {
        var query = new PageQuery { PageToken = new PageQuery().TokenOf(JsonElement.Parse(place)) };

        var invalid =
            await Assert.ThrowsAsync<InvalidRequestException>(() => Five.PageAsync(query, CancellationToken.None));
        Assert.Equal("pageToken", Assert.Single(invalid.Errors).Field);
    }

    private static async Task<List<Page<int>>> PagesAsync(Rows<int> rows, int pageSize)
    {
        var pages = new List<Page<int>>();
        do pages.Add(await rows.PageAsync(new PageQuery
        {
            PageSize = pageSize,
            PageToken = pages.LastOrDefault()?.NextPageToken,
        }, CancellationToken.None));
        while (pages[^1].NextPageToken is not null);
        return pages;
    }
}
