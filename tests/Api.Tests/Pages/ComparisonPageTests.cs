using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Pages;

/// <summary>MP-AI at 90 % has the PIEs 0, 3, 4 and 5; on 5 the votes are less clear: two of six pruned runs are
/// right.</summary>
public sealed class ComparisonPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_pie_has_its_text_its_votes_its_q_value_and_whether_it_is_replicated()
    {
        var path = await MpAi90Async();
        var pies = (await api.GetAsync($"/api/v1{path}/pies?orderBy=position"))["items"]!.AsArray();

        var page = await Html.FoundAsync(api.Client, $"/ui{path}?orderBy=position");

        Assert.Equal(
            ["0", "test:0", "text 0", "no", "no 6/6 ✓ right", "maybe 6/6 ✗ wrong", "1.000"], page.Rows[0].Take(7));
        Assert.Equal("no 4/6 ✗ wrong", Assert.Single(page.Rows, row => row[0] == "5")[5]);
        Assert.Equal(
            pies.Select(pie => ((double)pie!["q"]!).ToString("0.000", CultureInfo.InvariantCulture)),
            page.Rows.Select(row => row[7]));
        Assert.Equal(
            pies.Select(pie => (bool)pie!["replicated"]! ? "yes" : "no"), page.Rows.Select(row => row[8]));
        Assert.Contains("4 of 8 (50.0 %)", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_does_not_wrap_and_has_a_space_before_its_other_baseline()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 1, "IMP-WR");
        request["computeMatchedDense"] = true;
        var sweep = await api.SubmitAsync(request);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");
        var runs = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/runs");

        Assert.Matches("class=\"short\"[^>]*>IMP-WR</a>\\s+<span class=\"quiet\">against dense4E", page.Source);
        Assert.Matches("class=\"short\"[^>]*>IMP-WR</a>", runs.Source);
    }

    [Fact]
    public async Task The_reason_why_there_is_no_noise_floor_is_stated_once()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (run, example) => run.Sparsity > 0 ? 0 : example % 3);
        await api.Situations.LabelAsync(sweep);
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray()[0]!["id"];

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}");

        Assert.Single(page.Text.Split("There is no noise floor").Skip(1));
    }

    [Theory]
    [InlineData("orderBy=position", "0 3 4 5")]
    [InlineData("maxQ=0.01&orderBy=position", "0 3 4")]
    [InlineData("label=maybe", "4")]
    [InlineData("minMargin=0.9&orderBy=position", "0 3 4")]
    [InlineData("direction=prunedRight", "")]
    [InlineData("contains=text%203", "3")]
    [InlineData("contains=TEXT%203", "3")]
    [InlineData("contains=text_3", "")]
    public async Task The_pies_have_the_filters_of_the_API(string query, string positions)
    {
        var path = await MpAi90Async();

        var page = await Html.FoundAsync(api.Client, $"/ui{path}?{query}");

        Assert.Equal(positions, string.Join(' ', page.Rows.Select(row => row[0])));
        Assert.Equal($"/api/v1{path}/pies?{query}&format=parquet", page.Link("Parquet"));
        var listed = await api.GetAsync($"/api/v1{path}/pies?{query}");
        Assert.Equal(page.Rows.Count, (int)listed["totalItems"]!);
    }

    [Theory]
    [InlineData("IMP 50", "", null, "IMP 90")]
    [InlineData("IMP 90", "", "IMP 50", "MP-AI 50")]
    [InlineData("MP-AI 90", "", "MP-AI 50", null)]
    [InlineData("IMP 90", "?method=IMP", "IMP 50", null)]
    [InlineData("IMP 90", "?sparsity=90", null, "MP-AI 90")]
    [InlineData("MP-AI 50", "?method=IMP", "IMP 90", null)]
    public async Task A_comparison_leads_to_the_previous_and_the_next_one_of_its_list(
        string name, string filters, string? previous, string? next)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var list = filters.Length == 0 ? ""
            : "&in=" + Uri.EscapeDataString($"sweeps/{sweep.Id}/analysis{filters}");

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{sweep.Comparisons[name]}?orderBy=q{list}");

        Assert.Equal((AddressOf(previous), AddressOf(next)), (page.Rel("prev"), page.Rel("next")));
        Assert.Equal($"/ui/sweeps/{sweep.Id}{filters}", page.Link("Comparisons of a sweep"));
        Assert.DoesNotContain("in=", page.Link("CSV"), StringComparison.Ordinal);

        string? AddressOf(string? other) => other is null ? null
            : $"/ui/comparisons/{sweep.Comparisons[other]}?orderBy=q{list}";
    }

    [Fact]
    public async Task The_list_of_a_sweep_leads_to_a_comparison_with_its_filters_and_order()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var list = await Html.FoundAsync(
            api.Client, $"/ui/sweeps/{sweep.Id}?sparsity=90&orderBy=achievedSparsity&pageSize=1");

        Assert.Contains(
            $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?in="
                + Uri.EscapeDataString($"sweeps/{sweep.Id}/analysis?sparsity=90&orderBy=achievedSparsity"),
            list.Addresses);
    }

    [Theory]
    [InlineData("comparisons/{sweep}/pies", "in", "must be sweeps/{id}/analysis, with filters")]
    [InlineData("sweeps/{sweep}/runs", "in", "must be sweeps/{id}/analysis, with filters")]
    [InlineData("analysis", "in", "must be the path of a list")]
    [InlineData("sweeps/{sweep}/analysis?sparsity=most", "in.sparsity", "must be")]
    public async Task A_value_that_is_not_a_list_of_comparisons_is_refused(string list, string field, string message)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var value = list.Replace("{sweep}", $"{sweep.Id}", StringComparison.Ordinal);

        var page = await Html.GetAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?in={Uri.EscapeDataString(value)}");

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains($"<code>{field}</code>", page.Source, StringComparison.Ordinal);
        Assert.Contains(message, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_is_shown_without_the_links_of_a_list_of_another_sweep()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?in=sweeps/{Guid.NewGuid()}/analysis");

        Assert.Contains("The list from which this page was opened does not exist", page.Text, StringComparison.Ordinal);
        Assert.Equal(["0", "3"], page.Rows.Select(row => row[0]).Order());
        Assert.Null(page.Rel("next"));
    }

    [Fact]
    public async Task The_filters_of_a_split_are_not_kept_for_a_comparison_on_another_split()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"UPDATE comparisons SET split = 'train' WHERE id = '{sweep.Comparisons["MP-AI 50"]}'");

        var page = await Html.FoundAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?split=test&influenceBin=3&label=no");

        Assert.Equal(
            $"/ui/comparisons/{sweep.Comparisons["IMP 50"]}?split=test&influenceBin=3&label=no", page.Rel("prev"));
        Assert.Equal($"/ui/comparisons/{sweep.Comparisons["MP-AI 50"]}?label=no", page.Rel("next"));
    }

    /// <summary>Of the PIEs 0, 3, 4 and 5, those with the gold label no are 0 and 3.</summary>
    [Fact]
    public async Task The_pies_can_be_limited_to_a_subgroup_of_the_dataset()
    {
        var path = await MpAi90Async();
        var without = await Html.FoundAsync(api.Client, $"/ui{path}");
        var comparison = await api.GetAsync($"/api/v1{path}");
        var sweep = await api.GetAsync($"/api/v1/sweeps/{comparison["sweepId"]}");
        await api.PostAsync(
            $"/api/v1/datasets/{sweep["datasetId"]}/subgroups",
            new JsonObject { ["name"] = "of no", ["where"] = new JsonObject { ["label"] = "no" } },
            HttpStatusCode.Created);

        var page = await Html.FoundAsync(api.Client, $"/ui{path}?subgroup=of%20no&orderBy=position");
        var examples = await Html.FoundAsync(api.Client, $"/ui{path}/examples?subgroup=of%20no");
        var unknown = await Html.GetAsync(api.Client, $"/ui{path}?subgroup=of%20yes");

        Assert.DoesNotContain("name=\"subgroup\"", without.Source, StringComparison.Ordinal);
        Assert.Equal(["0", "3"], page.Rows.Select(row => row[0]));
        Assert.Contains("<option value=\"of no\" selected", page.Source, StringComparison.Ordinal);
        Assert.Contains("name=\"subgroup\" type=\"text\"", examples.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
        Assert.Contains(
            "subgroup is not a subgroup of this dataset; it has of no", unknown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_shows_the_filters_of_the_address_and_keeps_those_that_it_has_no_field_for()
    {
        var path = await MpAi90Async();

        var page = await Html.FoundAsync(api.Client, $"/ui{path}?label=no&maxQ=0.5&influenceBin=3");

        Assert.Contains("<option value=\"no\" selected>", page.Source, StringComparison.Ordinal);
        Assert.Contains("step=\"any\" value=\"0.5\"", page.Source, StringComparison.Ordinal);
        Assert.Contains(
            "type=\"hidden\" name=\"influenceBin\" value=\"3\"", page.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"hidden\" name=\"label\"", page.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_continues_on_the_next_page_under_the_same_filters()
    {
        var path = await MpAi90Async();
        var (seen, next) = (new List<string>(), (string?)$"/ui{path}?orderBy=position&pageSize=3");
        while (next is not null)
        {
            var page = await Html.FoundAsync(api.Client, next);
            seen.AddRange(page.Rows.Select(row => row[0]));
            next = page.Text.Contains("Next page", StringComparison.Ordinal) ? page.Link("Next page") : null;
        }

        Assert.Equal(["0", "3", "4", "5"], seen);
    }

    [Fact]
    public async Task A_text_is_shown_as_text_and_a_long_one_after_a_click()
    {
        var path = await MpAi90Async();
        await SetTextAsync(path, 0, "<script>alert('text')</script>");
        await SetTextAsync(path, 3, new string('a', 199) + "😀" + new string('b', 300));

        var page = await Html.FoundAsync(api.Client, $"/ui{path}?orderBy=position");

        Assert.DoesNotContain("<script>", page.Source, StringComparison.Ordinal);
        Assert.Equal("<script>alert('text')</script>", page.Rows[0][2]);
        // The first part of a character that needs two is not separated from the second.
        Assert.StartsWith(new string('a', 199) + " …", page.Rows[1][2], StringComparison.Ordinal);
        Assert.EndsWith("😀" + new string('b', 300), page.Rows[1][2], StringComparison.Ordinal);
    }

    /// <summary>
    /// Example i has the labels whose bits are set in i. The dense runs predict them; the pruned ones never predict the
    /// third.
    /// </summary>
    [Fact]
    public async Task For_multi_label_data_the_votes_of_the_labels_that_differ_are_shown()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Dense ? example : example & 3, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);
        var comparison = Assert.Single((await StudiedSweep.OfAsync(api, sweep)).Comparisons).Value;

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}?orderBy=position");

        Assert.Equal(["4", "5", "6", "7"], page.Rows.Select(row => row[0]));
        Assert.Equal(
            ["no yes", "yes 3/3 ✓ right", "yes 0/3 ✗ wrong"], page.Rows[1].Skip(3).Take(3));
        Assert.Contains("Macro-F1", page.Text, StringComparison.Ordinal);
        Assert.Contains("each for some labels", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_that_is_not_labelled_says_so()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP"));
        var comparison = Assert.Single((await StudiedSweep.OfAsync(api, sweep)).Comparisons).Value;

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}");

        Assert.Contains("The comparison is not labelled yet", page.Text, StringComparison.Ordinal);
        Assert.Empty(page.Rows);
    }

    [Fact]
    public async Task An_unknown_comparison_or_label_is_a_page_of_an_error()
    {
        var path = await MpAi90Async();

        Assert.Equal(
            HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, $"/ui/comparisons/{Guid.Empty}")).Status);
        var unknown = await Html.GetAsync(api.Client, $"/ui{path}?label=perhaps");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
        Assert.Contains("label is not a label of this dataset", unknown.Text, StringComparison.Ordinal);
    }

    /// <returns>The path of the comparison below that of the API, and below that of the pages.</returns>
    private async Task<string> MpAi90Async() =>
        $"/comparisons/{(await StudiedSweep.LabelledAsync(api)).Comparisons["MP-AI 90"]}";

    private async Task SetTextAsync(string comparison, int position, string text)
    {
        var pies = (await api.GetAsync($"/api/v1{comparison}/pies"))["items"]!.AsArray();
        var id = (Guid)pies.Single(pie => (int)pie!["position"]! == position)!["exampleId"]!;
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await db.Examples.Where(example => example.Id == id)
            .ExecuteUpdateAsync(update => update.SetProperty(example => example.Text, text));
    }
}
