using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Api.Figures;
using PieService.Api.Reports;
using PieService.Api.Tests.Pages;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

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
        Assert.Matches(
            @"<td class=""number"">4</td>\s*<td class=""number"">\s*\d\s*</td>\s*<td class=""number"">50\.0</td>",
            html);
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

    /// <summary>A browser sends the key of the pages only below their path.</summary>
    [Fact]
    public async Task The_page_of_the_sweep_links_to_the_report_below_the_path_of_the_pages()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var link = (await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}")).Link("The report of the sweep");
        using var shown = await api.Client.GetAsync(link);
        using var missing = await api.Client.GetAsync($"/ui/sweeps/{Guid.Empty}/report.html");

        Assert.Equal($"/ui/sweeps/{sweep.Id}/report.html", link);
        Assert.Equal(
            await api.Client.GetStringAsync(Address(sweep.Id)), await shown.Content.ReadAsStringAsync());
        Assert.StartsWith(
            "default-src 'none'; style-src 'unsafe-inline';",
            Assert.Single(shown.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        // The page of the error has the style of the pages.
        Assert.Contains(
            "style-src 'self';", Assert.Single(missing.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
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

    /// <summary>All runs give the same answer, except that each dense run of an odd seed is right.</summary>
    [Fact]
    public async Task A_report_has_the_warnings_of_each_comparison_as_notes()
    {
        var sweep = await StudiedSweep.LabelledAsync(
            api, Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"),
            (run, position) => run is { Method: Method.Dense, Seed: 1 } ? position % 3 : 2);
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/comparisons"))["items"]!;
        var warnings = comparisons[0]!["warnings"]!.AsArray();

        var html = await api.Client.GetStringAsync(Address(sweep.Id));

        Assert.Contains("prunedCollapsed", warnings.Select(warning => (string?)warning!["code"]));
        // Ties are a column, since nearly every comparison has others.
        Assert.All(
            warnings,
            warning => Assert.Equal(
                (string?)warning!["code"] != "tiedVotes",
                WebUtility.HtmlDecode(html).Contains($"<li>{warning["message"]}</li>", StringComparison.Ordinal)));
        Assert.Contains("<td class=\"number\">1, 2</td>", html, StringComparison.Ordinal);
        var message = (string)warnings.Single(warning => (string?)warning!["code"] == "tiedVotes")!["message"]!;
        var ties = int.Parse(message.Split(" on ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Matches($@"<td class=""number"">\s*{ties}\s*</td>", html);
    }

    [Fact]
    public void Comparisons_with_the_same_warning_refer_to_one_note()
    {
        var (first, second, other) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());

        var notes = new ReportNotes([(first, ["a", "b"]), (second, []), (other, ["c", "b"])]);

        Assert.Equal(["a", "b", "c"], notes.Texts);
        Assert.Equal([1, 2], notes.Of(first));
        Assert.Empty(notes.Of(second));
        Assert.Equal([3, 2], notes.Of(other));
    }

    [Fact]
    public async Task All_parts_of_a_report_are_read_from_one_snapshot()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var options = new DbContextOptionsBuilder<PieDbContext>(
            api.Services.GetRequiredService<DbContextOptions<PieDbContext>>())
            .AddInterceptors(new RenamesAfterFirstQuery(api.ConnectionString, sweep.Id)).Options;
        await using var db = new PieDbContext(options);

        var report = await ReportContent.ReadAsync(
            db, sweep.Id, api.Services.GetRequiredService<FigureSlots>(), CancellationToken.None);

        Assert.Equal("renamed", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["name"]);
        Assert.Equal("a sweep", report!.Sweep.Name);
        Assert.NotEmpty(report.Figures);
        Assert.All(
            report.Figures, figure => Assert.Contains("Sweep 'a sweep'", figure.Caption, StringComparison.Ordinal));
    }

    private static string Address(Guid sweep) => $"/api/v1/sweeps/{sweep}/report.html";

    [GeneratedRegex("<svg ")]
    private static partial Regex SvgOf();

    [GeneratedRegex(@"(?:src|href)=|@import|url\((?!data:)")]
    private static partial Regex Reference();

    /// <summary>Renames a sweep over another connection as soon as the first query of a context has ended.</summary>
    private sealed class RenamesAfterFirstQuery(string database, Guid sweep) : DbCommandInterceptor
    {
        private bool isDone;

        public override async ValueTask<DbDataReader> ReaderExecutedAsync(
            DbCommand command, CommandExecutedEventData eventData, DbDataReader result,
            CancellationToken cancellationToken = default)
        {
            if (isDone) return result;
            isDone = true;
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync(cancellationToken);
            await using var rename = new NpgsqlCommand("UPDATE sweeps SET name = 'renamed' WHERE id = $1", connection)
            {
                Parameters = { new() { Value = sweep } },
            };
            Assert.Equal(1, await rename.ExecuteNonQueryAsync(cancellationToken));
            return result;
        }
    }
}
