using System.Net;
using System.Text.RegularExpressions;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Reports;

public sealed partial class ReportTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_report_has_the_figures_numbers_warnings_request_and_hashes_of_a_sweep_in_one_file()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var found = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}");
        var dataset = await api.GetAsync($"/api/v1/datasets/{found["datasetId"]}");
        var runs = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/runs?pageSize=1000"))["items"]!.AsArray();
        var figures = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/figures"))["items"]!.AsArray()
            .Where(figure => (bool)figure!["available"]!).ToList();

        using var response = await api.Client.GetAsync(Address(sweep.Id));
        var html = await response.Content.ReadAsStringAsync();
        var text = WebUtility.HtmlDecode(html);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(figures.Count, SvgOf().Count(html));
        foreach (var figure in figures)
        {
            var shown = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/figures/{figure!["name"]}");
            Assert.Contains((string)shown["caption"]!, text, StringComparison.Ordinal);
        }
        Assert.Contains((string)dataset["contentHash"]!, text, StringComparison.Ordinal);
        Assert.All(
            runs, run => Assert.Contains((string)run!["predictionHash"]!, text, StringComparison.Ordinal));
        Assert.All(
            found["warnings"]!.AsArray(),
            warning => Assert.Contains((string)warning!["message"]!, text, StringComparison.Ordinal));
        Assert.NotEmpty(found["warnings"]!.AsArray());
        Assert.Contains("\"extraDenseSeeds\": 2", text, StringComparison.Ordinal);
        // MP-AI at 90 % has 4 PIEs among the 8 examples.
        Assert.Matches(@"<td class=""number"">4</td>\s*<td class=""number"">50\.0</td>", html);
    }

    [Fact]
    public async Task A_report_refers_to_nothing_and_may_not_run_scripts()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), StudiedSweep.Seeds, "IMP", "MP-AI");
        request["name"] = "<script>alert(1)</script> & \"more\"";
        var sweep = await StudiedSweep.LabelledAsync(api, request, StudiedSweep.Answer);
        using var response = await api.Client.GetAsync(Address(sweep.Id));
        var html = await response.Content.ReadAsStringAsync();

        Assert.DoesNotMatch(Reference(), html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_data_give_the_same_report()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        using var first = await api.Client.GetAsync(Address(sweep.Id));
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(sweep.Id));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await api.Client.SendAsync(request);

        Assert.False(first.Headers.ETag!.IsWeak);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_sweep_without_labels_has_a_report_and_another_id_has_none()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP"));

        var report = await api.Client.GetStringAsync(Address(sweep));
        using var missing = await api.Client.GetAsync(Address(Guid.Empty));

        Assert.Contains("No comparison is labelled yet.", report, StringComparison.Ordinal);
        Assert.Contains("the numbers may still change", report, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static string Address(Guid sweep) => $"/api/v1/sweeps/{sweep}/report.html";

    [GeneratedRegex("<svg ")]
    private static partial Regex SvgOf();

    [GeneratedRegex(@"(?:src|href)=|@import|url\((?!data:)")]
    private static partial Regex Reference();
}
