using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Pages;

public sealed class SweepPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_list_has_state_progress_and_dataset_and_shows_a_name_as_text()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), seeds: 2);
        request["name"] = "<script>alert(1)</script>";
        var sweep = await api.SubmitAsync(request);

        var page = await Html.FoundAsync(api.Client, "/ui/sweeps");

        Assert.DoesNotContain("<script>", page.Source, StringComparison.Ordinal);
        var row = page.Rows.First(cells => cells[0] == "<script>alert(1)</script>");
        Assert.Equal(["toy", "queued", "0 of 2 runs"], row.Skip(1).Take(3));
        Assert.Equal($"/ui/sweeps/{sweep}", page.Link("<script>alert(1)</script>"));
    }

    /// <summary>MP-AI at 90 % changes the answers of all six seeds on three of eight examples.</summary>
    [Fact]
    public async Task A_sweep_states_how_many_comparisons_differ_beyond_what_seeds_cause()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/analysis"))["items"]!.AsArray();
        var above = rows.Count(row => (double?)row!["excess"]!["low"] > 0);
        var none = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        await api.Situations.TrainAsync(none, (_, example) => example % 3);
        await api.Situations.LabelAsync(none);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}");
        var equal = await Html.FoundAsync(api.Client, $"/ui/sweeps/{none}");

        Assert.InRange(above, 1, 4);
        Assert.Contains($"{above} of 4 comparisons here have votes that differ", page.Text, StringComparison.Ordinal);
        Assert.Contains("/ui/docs/results", page.Addresses);
        Assert.Contains("None of 1 comparison here has votes that differ", equal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_filters_of_a_sweep_are_those_of_its_figures()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP");
        request["computeMatchedDense"] = true;
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(sweep, (_, example) => example % 3);
        await api.Situations.LabelAsync(sweep);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}?baseline=dense4E");

        Assert.Contains("Model 'bilstm', baseline dense4E, split test.", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/api/v1/sweeps/{sweep}/figures/pie-rate.pdf?baseline=dense4E", page.Addresses);
    }

    [Fact]
    public async Task A_sweep_with_labels_has_its_figures_and_their_files()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        Assert.DoesNotContain(
            "/figures/", (await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}")).Source, StringComparison.Ordinal);
        await api.Situations.TrainAsync(sweep, (run, example) => run.Sparsity > 0 ? 0 : example % 3);
        await api.Situations.LabelAsync(sweep);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");

        var address = $"/api/v1/sweeps/{sweep}/figures/pie-rate";
        Assert.Contains(
            $"<img src=\"/ui/sweeps/{sweep}/figures/pie-rate.svg?width=text&amp;theme=light\"", page.Source,
            StringComparison.Ordinal);
        Assert.Contains("The mean over the runs of each cohort", page.Text, StringComparison.Ordinal);
        Assert.Contains("n = 3.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Model 'bilstm', baseline dense, split test.", page.Text, StringComparison.Ordinal);
        foreach (var format in new[] { "pdf", "png", "svg", "csv" })
        {
            using var file = await api.Client.GetAsync($"{address}.{format}");
            Assert.True(file.IsSuccessStatusCode, format);
            Assert.Contains($"href=\"{address}.{format}\"", page.Source, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_list_is_filtered_and_continues_on_the_next_page()
    {
        var dataset = await api.Situations.DatasetAsync();
        foreach (var name in new[] { "first", "second", "third" })
        {
            var request = Situations.Request(dataset, seeds: 1);
            request["name"] = name;
            await api.SubmitAsync(request);
        }
        var first = await Html.FoundAsync(api.Client, $"/ui/sweeps?datasetId={dataset.Id}&state=queued&pageSize=2");
        var next = await Html.FoundAsync(api.Client, first.Link("Next page"));
        var failed = await Html.FoundAsync(api.Client, $"/ui/sweeps?datasetId={dataset.Id}&state=failed");

        Assert.Equal(["third", "second"], first.Rows.Select(row => row[0]));
        Assert.Equal(["first"], next.Rows.Select(row => row[0]));
        Assert.Empty(failed.Rows);
        Assert.Equal(
            first.Text, (await Html.FoundAsync(api.Client, next.Link("First page"))).Text);
    }

    [Fact]
    public async Task The_list_has_the_best_score_and_the_largest_rate_of_a_sweep_that_has_not_collapsed()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var collapsed = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP"));
        await api.Situations.TrainAsync(collapsed, (run, example) => run.Sparsity > 0 ? 0 : example % 3);
        await api.Situations.LabelAsync(collapsed);
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/comparisons"))["items"]!.AsArray();

        var page = await Html.FoundAsync(api.Client, "/ui/sweeps");

        var best = comparisons.Max(row => (double)row!["score"]!["dense"]!["mean"]!);
        Assert.Equal([Percent(best), "50.0 %"], page.Rows[1].Skip(4).Take(2));
        Assert.Equal(["100.0 %", "–"], page.Rows[0].Skip(4).Take(2));
    }

    [Fact]
    public async Task A_comparison_has_its_rate_beside_the_floor_the_excess_and_the_significant_pies()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var numbers = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/analysis"))["items"]!.AsArray()
            .Single(row => (string?)row!["method"] == "MP-AI" && (int)row["sparsity"]! == 90)!;

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}");

        var row = page.Rows.Single(cells => cells[1] == "MP-AI" && cells[2] == "90 % → 90.00 %");
        Assert.Equal("4", row[4]);
        Assert.Equal("50.0 %", row[5]);
        Assert.StartsWith(Percent(numbers["noiseFloor"]!["mean"]!), row[6], StringComparison.Ordinal);
        Assert.StartsWith(Percent(numbers["excess"]!["value"]!), row[7], StringComparison.Ordinal);
        Assert.Contains("(", row[7], StringComparison.Ordinal);
        Assert.Equal($"{numbers["significantPies"]}", row[8]);
        Assert.Contains("The share of the examples that are PIEs", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparisons_of_two_splits_have_their_splits()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 1, "IMP");
        request["predictSplits"] = new JsonArray("test", "train");
        var sweep = await api.SubmitAsync(request);

        var both = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");
        var one = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}?split=test");

        Assert.Equal("Split", both.Heads[2]);
        Assert.Equal(["test", "train"], both.Rows.Select(row => row[2]).Distinct().Order());
        Assert.DoesNotContain("Split", one.Heads);
    }

    [Fact]
    public async Task The_comparisons_have_the_filters_of_the_API_and_so_has_the_request_that_the_page_shows()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}?method=IMP");

        Assert.Equal(["IMP", "IMP"], page.Rows.Select(row => row[1]));
        Assert.Equal($"/api/v1/sweeps/{sweep.Id}/analysis?method=IMP&format=csv", page.Link("CSV"));
        Assert.Contains(
            $"curl -sS 'http://localhost/api/v1/sweeps/{sweep.Id}/analysis?method=IMP'", page.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_without_results_says_so_and_is_loaded_again_while_it_is_at_work()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP"));

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");

        Assert.Equal("not labelled yet", Assert.Single(page.Rows)[9]);
        Assert.Contains("http-equiv=\"refresh\"", page.Source, StringComparison.Ordinal);
        Assert.Contains("The sweep waits", page.Text, StringComparison.Ordinal);
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        await api.Situations.LabelAsync(sweep);
        var ended = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");
        Assert.DoesNotContain("http-equiv=\"refresh\"", ended.Source, StringComparison.Ordinal);
        Assert.Contains("runs collapsed", Assert.Single(ended.Rows)[9], StringComparison.Ordinal);
    }

    /// <summary>A screen reader reads a live part whenever it changes.</summary>
    [Fact]
    public async Task The_live_region_is_one_line_with_the_state_and_the_progress()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP"));

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");

        var region = Assert.Single(Regex.Matches(page.Source, "<(\\w+)[^>]* role=\"status\"[^>]*>(.*?)</\\1>",
            RegexOptions.Singleline));
        Assert.Equal("State of the sweep: queued, 0 % done.", region.Groups[2].Value.Trim());
    }

    [Fact]
    public async Task The_page_of_a_failed_sweep_links_to_the_errors_of_its_runs()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var run = Assert.Single(await api.Situations.RunsOfAsync(sweep));
        await api.Situations.Leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run.Id), "broken", retry: false, CancellationToken.None);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");

        Assert.Contains("1 failed", page.Text, StringComparison.Ordinal);
        var failed = await Html.FoundAsync(api.Client, page.Link("The failed runs with their errors"));
        Assert.Equal("broken", Assert.Single(failed.Rows)[^1]);
    }

    private static string Percent(JsonNode share) =>
        FormattableString.Invariant($"{100 * (double)share:0.0}").Replace('-', '\u2212') + " %";
}
