using System.Net;
using System.Text.RegularExpressions;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Pages;

/// <summary>What all pages have in common.</summary>
public sealed partial class FrameTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("/", "/ui")]
    [InlineData("/ui", "/ui/sweeps")]
    public async Task The_address_of_the_service_leads_to_the_sweeps(string path, string target)
    {
        using var response = await api.Client.GetAsync(path);

        Assert.Equal((HttpStatusCode.Redirect, target), (response.StatusCode, $"{response.Headers.Location}"));
    }

    [Fact]
    public async Task Every_address_on_the_pages_exists()
    {
        await StudiedSweep.LabelledAsync(api);

        var seen = await new Crawl(api.Client, alike: 10).VisitAsync("/ui/sweeps");

        foreach (var kind in new[] { "comparisons", "datasets", "examples", "runs", "sweeps" })
            Assert.Contains(seen, path => path.StartsWith($"/ui/{kind}/", StringComparison.Ordinal));
        Assert.Contains(seen, path => path.Contains("format=parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_has_a_strict_policy_and_neither_inline_code_nor_cookies()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        foreach (var path in new[]
        {
            "/ui/datasets", "/ui/datasets/import", "/ui/prediction-imports", "/ui/sweeps", "/ui/sweeps/new",
            $"/ui/sweeps/{sweep.Id}", $"/ui/sweeps/{sweep.Id}/runs", $"/ui/sweeps/{sweep.Id}/overlaps",
            $"/ui/sweeps/{sweep.Id}/delete", $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}", "/ui/models",
            "/ui/system", "/ui/words", "/ui/keys", "/ui/nothing",
        })
        {
            using var response = await api.Client.GetAsync(path);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Set-Cookie"), path);
            var source = await response.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(InlineCode(), source);
            // A browser sends a key only for addresses below the path of the page.
            Assert.DoesNotMatch(ForeignFile(), source);
        }
    }

    [Fact]
    public async Task A_page_that_does_not_exist_is_a_page_with_the_words_of_the_API()
    {
        var page = await Html.GetAsync(api.Client, $"/ui/sweeps/{Guid.Empty}");

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains($"There is no sweep with the id {Guid.Empty}.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Main", page.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, "/ui/nothing")).Status);
    }

    [Fact]
    public async Task An_invalid_filter_is_named_on_the_page()
    {
        var page = await Html.GetAsync(api.Client, "/ui/sweeps?state=sleeping&colour=red");

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("state must be one of", page.Text, StringComparison.Ordinal);
        Assert.Contains("colour is not a parameter", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_an_invalid_filter_speaks_of_lines_and_leads_to_the_page_without_filters()
    {
        var page = await Html.GetAsync(api.Client, "/ui/sweeps?state=sleeping");

        Assert.DoesNotContain("See errors", page.Text, StringComparison.Ordinal);
        Assert.Contains("Each line names a filter or a field", page.Text, StringComparison.Ordinal);
        Assert.Equal("/ui/sweeps", page.Link("The page without filters"));
        Assert.DoesNotContain(
            "without filters", (await Html.GetAsync(api.Client, "/ui/nothing?a=b")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_are_explained_and_lead_to_the_documents_that_explain_more()
    {
        var page = await Html.FoundAsync(api.Client, "/ui/words");

        foreach (var word in new[]
        {
            "dense", "seed", "split", "achieved-sparsity", "baseline", "provisional", "tie", "pie", "cohort",
        })
            Assert.Contains($"<dt id=\"{word}\">", page.Source, StringComparison.Ordinal);
        Assert.All(
            ["/ui/docs/concepts", "/ui/docs/results", "/ui/docs/ARCHITECTURE#words"],
            address => Assert.Contains(address, page.Addresses));
    }

    [Fact]
    public async Task The_empty_fields_of_a_form_are_left_out_of_the_address()
    {
        using var response = await api.Client.GetAsync("/ui/sweeps?state=&pageSize=5");

        Assert.Equal(
            (HttpStatusCode.Redirect, "/ui/sweeps?pageSize=5"),
            (response.StatusCode, $"{response.Headers.Location}"));
    }

    [Theory]
    [InlineData("pie.css", "text/css")]
    [InlineData("icon.svg", "image/svg+xml")]
    public async Task A_browser_keeps_a_file_of_the_pages_until_its_content_changes(string name, string type)
    {
        var address = (await Html.FoundAsync(api.Client, "/ui/words")).Addresses
            .Single(path => path.Contains(name, StringComparison.Ordinal));
        using var response = await api.Client.GetAsync(address);

        Assert.Matches(@"\?v=[0-9a-f]{16}$", address);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync("/ui/assets/other.css")).StatusCode);
    }

    [Fact]
    public async Task Every_button_of_the_pages_has_a_route()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var work = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var dataset = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["datasetId"];
        foreach (var path in new[]
        {
            "/ui/datasets/import", "/ui/prediction-imports", "/ui/sweeps/new", $"/ui/sweeps/{work}",
            $"/ui/sweeps/{work}/cancel", $"/ui/sweeps/{sweep.Id}/delete", $"/ui/datasets/{dataset}/delete",
        })
        {
            var actions = (await Html.FoundAsync(api.Client, path)).Actions.ToList();
            Assert.NotEmpty(actions);
            foreach (var action in actions)
            {
                using var response = await api.Client.SendAsync(new(HttpMethod.Post, action));
                Assert.False(
                    response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed,
                    $"{action}: {response.StatusCode}");
            }
        }
    }

    [GeneratedRegex(" style=|<style| on[a-z]+=\"|<script(?! src=)|javascript:")]
    private static partial Regex InlineCode();

    [GeneratedRegex("(?:src|srcset|data-events)=\"(?!/ui/)")]
    private static partial Regex ForeignFile();
}
