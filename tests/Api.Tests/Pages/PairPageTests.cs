using System.Net;
using PieService.Api.Pages;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Pages;

/// <summary>IMP at 90 % has the PIEs 0 and 3, MP-AI at 50 % has 0 and 4.</summary>
public sealed class PairPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("", "0 3 4", "3 examples.")]
    [InlineData("&show=both", "0", "1 example.")]
    [InlineData("&show=first", "3", "1 example.")]
    [InlineData("&show=second", "4", "1 example.")]
    public async Task The_pies_of_both_and_of_each_alone_are_listed(string show, string positions, string count)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, Address(sweep) + show);

        var examples = page.Rows.Where(row => row.Count == 6).ToList();
        Assert.Equal(positions, string.Join(' ', examples.Select(row => row[0])));
        Assert.Contains("PIEs of both 1 of 3", page.Text, StringComparison.Ordinal);
        Assert.Contains(count, page.Text, StringComparison.Ordinal);
        foreach (var row in examples)
        {
            Assert.Equal(row[0] is "0" or "3", !row[4].Contains("not a PIE", StringComparison.Ordinal));
            Assert.Equal(row[0] is "0" or "4", !row[5].Contains("not a PIE", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_overlap_is_shown_by_chance_and_given_the_margin_as_the_table_of_overlaps_has_it()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var overlap = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/overlaps"))["items"]!.AsArray().Single(row =>
            (string?)row!["first"]!["comparisonId"] == $"{sweep.Comparisons["IMP 90"]}"
            && (string?)row["second"]!["comparisonId"] == $"{sweep.Comparisons["MP-AI 50"]}")!;

        var page = await Html.FoundAsync(api.Client, Address(sweep));

        Assert.Contains(
            $"Shared / by chance {Shown.Small((double?)overlap["ratio"])}", page.Text, StringComparison.Ordinal);
        var given = overlap["givenMargin"]!;
        Assert.Contains(
            $"Shared / given the margin {Shown.Small((double?)given["ratio"])} p {Shown.Small((double?)given["p"])}",
            page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_comparison_leads_to_the_pair()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}");

        Assert.Contains($"action=\"/ui/comparisons/{sweep.Comparisons["IMP 90"]}/pair\"", page.Source,
            StringComparison.Ordinal);
        Assert.Contains($"<option value=\"{sweep.Comparisons["MP-AI 50"]}\"", page.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparisons_of_different_datasets_have_no_examples_in_common()
    {
        var (sweep, other) = (await StudiedSweep.LabelledAsync(api), await StudiedSweep.LabelledAsync(api));
        var address = $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}/pair";

        Assert.Equal(
            HttpStatusCode.Conflict,
            (await Html.GetAsync(api.Client, $"{address}?with={other.Comparisons["IMP 90"]}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Html.GetAsync(api.Client, address)).Status);
        Assert.Equal(
            HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, $"{address}?with={Guid.Empty}")).Status);
    }

    private static string Address(StudiedSweep sweep) =>
        $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}/pair?with={sweep.Comparisons["MP-AI 50"]}";
}
