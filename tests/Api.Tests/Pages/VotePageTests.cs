using System.Net;
using System.Text.Json.Nodes;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.TestSupport;

namespace PieService.Api.Tests.Pages;

/// <summary>Example 3 is a PIE of IMP and of MP-AI at 90 %, and of neither at 50 %.</summary>
public sealed class VotePageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_example_has_its_votes_in_each_comparison_and_leads_to_them()
    {
        var (sweep, example) = await ExampleAsync(3);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/examples/{example}");

        Assert.Equal(4, page.Rows.Count);
        var row = page.Rows.Single(cells => cells[1] == "IMP" && cells[2].StartsWith("90 %", StringComparison.Ordinal));
        Assert.Equal(["no 6/6 ✓ right", "maybe 6/6 ✗ wrong", "PIE"], row.Skip(3).Take(3));
        Assert.Contains("PIE in 2 of 4 comparisons", page.Text, StringComparison.Ordinal);
        Assert.Contains("text 3", page.Text, StringComparison.Ordinal);
        Assert.Contains("The widths are shares of the runs of a cohort (6 runs)", page.Text, StringComparison.Ordinal);
        Assert.Equal($"/ui/comparisons/{sweep.Comparisons["IMP 50"]}", page.Link("IMP"));
    }

    [Fact]
    public async Task The_list_of_pies_leads_to_the_example()
    {
        var (sweep, example) = await ExampleAsync(3);

        var list = await Html.FoundAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?orderBy=position");

        var comparison = sweep.Comparisons["IMP 90"];
        Assert.Contains(
            $"/ui/sweeps/{sweep.Id}/examples/{example}?in="
                + Uri.EscapeDataString($"comparisons/{comparison}/pies?orderBy=position"),
            list.Addresses);
    }

    /// <summary>MP-AI at 90 % has the PIEs 0, 3 and 4 with a margin of 1, and 5 with a smaller one.</summary>
    [Theory]
    [InlineData("pies?orderBy=position", 3, 0, 4)]
    [InlineData("pies?orderBy=position", 0, null, 3)]
    [InlineData("pies?orderBy=position", 5, 4, null)]
    [InlineData("pies", 5, 4, null)]
    [InlineData("pies?minMargin=0.9&orderBy=selfConfidence", 4, 3, null)]
    [InlineData("pies?label=maybe", 4, null, null)]
    [InlineData("pies?contains=text&orderBy=position", 4, 3, 5)]
    [InlineData("pies?orderBy=position&pageSize=1", 3, 0, 4)]
    [InlineData("examples", 3, 2, 4)]
    [InlineData("examples?isPie=false", 3, 2, 6)]
    public async Task An_example_of_a_list_leads_to_the_previous_and_the_next_one(
        string list, int position, int? previous, int? next)
    {
        var (sweep, example) = await ExampleAsync(position);
        var query = "?onlyPies=true&in=" + Uri.EscapeDataString($"comparisons/{sweep.Comparisons["MP-AI 90"]}/{list}");

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/examples/{example}{query}");

        Assert.Equal((await AddressAsync(previous), await AddressAsync(next)), (page.Rel("prev"), page.Rel("next")));

        async Task<string?> AddressAsync(int? other) => other is not { } known ? null
            : $"/ui/sweeps/{sweep.Id}/examples/{Example.IdOf(await DatasetAsync(sweep), Split.Test, known)}{query}";
    }

    [Fact]
    public async Task An_example_leads_back_to_its_list_with_the_filters()
    {
        var (sweep, example) = await ExampleAsync(3);
        var comparison = sweep.Comparisons["MP-AI 90"];
        var path = $"/ui/sweeps/{sweep.Id}/examples/{example}?in=comparisons/{comparison}/";

        var pies = await Html.FoundAsync(api.Client, path + Uri.EscapeDataString("pies?orderBy=q&label=no"));
        var examples = await Html.FoundAsync(api.Client, path + Uri.EscapeDataString("examples?isPie=true"));

        Assert.Equal(
            $"/ui/comparisons/{comparison}?orderBy=q&label=no",
            pies.Link("PIEs of MP-AI at 90 % against dense, bilstm"));
        Assert.Equal(
            $"/ui/comparisons/{comparison}/examples?isPie=true",
            examples.Link("Examples of MP-AI at 90 % against dense, bilstm"));
    }

    [Fact]
    public async Task The_table_of_all_examples_leads_to_the_example_in_the_order_of_the_table()
    {
        var (sweep, example) = await ExampleAsync(3);
        var comparison = sweep.Comparisons["IMP 90"];

        var list = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}/examples?orderBy=q&isPie=true");

        Assert.Contains(
            $"/ui/sweeps/{sweep.Id}/examples/{example}?in="
                + Uri.EscapeDataString($"comparisons/{comparison}/examples?orderBy=q&isPie=true"),
            list.Addresses);
    }

    [Theory]
    [InlineData("pies", "in", "must be the path of a list")]
    [InlineData("comparisons/x/pies", "in", "must be the path of a list")]
    [InlineData("comparisons/{comparison}/classes", "in", "must be comparisons/{id}/pies")]
    [InlineData("sweeps/{comparison}/pies", "in", "must be comparisons/{id}/pies")]
    [InlineData("comparisons/{comparison}/pies?orderBy=length", "in.orderBy", "must be")]
    [InlineData("comparisons/{comparison}/pies?order=q", "in.order", "is not a parameter of this operation")]
    public async Task A_value_that_is_not_a_list_of_examples_is_refused(string list, string field, string message)
    {
        var (sweep, example) = await ExampleAsync(3);
        var value = list.Replace("{comparison}", $"{sweep.Comparisons["IMP 90"]}", StringComparison.Ordinal);

        var page = await Html.GetAsync(
            api.Client, $"/ui/sweeps/{sweep.Id}/examples/{example}?in={Uri.EscapeDataString(value)}");

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains($"<code>{field}</code>", page.Source, StringComparison.Ordinal);
        Assert.Contains(message, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_example_is_shown_without_the_links_of_a_list_that_does_not_exist()
    {
        var (sweep, example) = await ExampleAsync(3);
        var (other, _) = await ExampleAsync(3);
        var unlabelled = await StudiedSweep.OfAsync(
            api, await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP")));
        var unvoted = Example.IdOf(await DatasetAsync(unlabelled), Split.Test, 3);

        foreach (var (of, shown, list) in new[]
        {
            (sweep.Id, example, $"comparisons/{Guid.Empty}/pies"),
            (sweep.Id, example, $"comparisons/{other.Comparisons["IMP 90"]}/pies"),
            (sweep.Id, example, $"comparisons/{sweep.Comparisons["IMP 90"]}/pies?label=perhaps"),
            (unlabelled.Id, unvoted, $"comparisons/{unlabelled.Comparisons.Values.First()}/pies"),
        })
        {
            var page = await Html.FoundAsync(
                api.Client, $"/ui/sweeps/{of}/examples/{shown}?in={Uri.EscapeDataString(list)}");

            Assert.Contains("text 3", page.Text, StringComparison.Ordinal);
            Assert.Contains("The list from which this page was opened does not exist", page.Text,
                StringComparison.Ordinal);
            Assert.Null(page.Rel("next"));
        }
    }

    /// <summary>
    /// MP-AI at 90 % has the PIEs 0, 3, 4 and 5. Of them, 0 and 3 have the gold label no, and 3 and 5 the attribute.
    /// </summary>
    [Theory]
    [InlineData("""{ "attribute": "topic", "equals": "sports" }""", 4, 3, 5)]
    [InlineData("""{ "attribute": "topic", "equals": "sports" }""", 3, null, 5)]
    [InlineData("""{ "contains": "TEXT", "label": "no" }""", 3, 0, null)]
    [InlineData("""{ "contains": "TEXT", "label": "no" }""", 4, 3, null)]
    public async Task An_example_of_a_list_of_a_subgroup_leads_to_its_members_until_the_subgroup_is_deleted(
        string where, int position, int? previous, int? next)
    {
        var (sweep, example) = await ExampleAsync(position);
        var dataset = await DatasetAsync(sweep);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $$"""
            UPDATE datasets SET attributes = ARRAY['topic'] WHERE id = '{{dataset}}';
            UPDATE examples SET attributes = '{"topic": "sports"}'
            WHERE dataset_id = '{{dataset}}' AND position IN (3, 5)
            """);
        var subgroup = await api.PostAsync(
            $"/api/v1/datasets/{dataset}/subgroups",
            new JsonObject { ["name"] = "a group", ["where"] = JsonNode.Parse(where) }, HttpStatusCode.Created);
        var path = $"/ui/sweeps/{sweep.Id}/examples/{example}?in=" + Uri.EscapeDataString(
            $"comparisons/{sweep.Comparisons["MP-AI 90"]}/pies?subgroup=a%20group&orderBy=position");

        var page = await Html.FoundAsync(api.Client, path);
        await api.Client.DeleteAsync($"/api/v1/datasets/{dataset}/subgroups/{subgroup["id"]}");
        var later = await Html.FoundAsync(api.Client, path);

        Assert.Equal(
            (PathOf(previous), PathOf(next)), (page.Rel("prev")?.Split('?')[0], page.Rel("next")?.Split('?')[0]));
        Assert.Contains("The list from which this page was opened does not exist", later.Text,
            StringComparison.Ordinal);

        string? PathOf(int? other) => other is not { } known ? null
            : $"/ui/sweeps/{sweep.Id}/examples/{Example.IdOf(dataset, Split.Test, known)}";
    }

    /// <summary>Of the PIEs 0, 3, 4 and 5, those without a value are 0 and 4: they follow the others.</summary>
    [Theory]
    [InlineData("q", 3, null, 5)]
    [InlineData("q", 5, 3, 0)]
    [InlineData("q", 0, 5, 4)]
    [InlineData("q", 4, 0, null)]
    [InlineData("shift", 5, 3, 0)]
    [InlineData("shift", 0, 5, 4)]
    [InlineData("shift", 4, 0, null)]
    public async Task An_example_without_a_value_has_its_place_behind_those_with_one(
        string order, int position, int? previous, int? next)
    {
        var (sweep, example) = await ExampleAsync(position);
        var (dataset, comparison) = (await DatasetAsync(sweep), sweep.Comparisons["MP-AI 90"]);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"""
            UPDATE pie_labels SET q = NULL, shift = NULL WHERE position IN (0, 4)
            AND comparison_number = (SELECT number FROM comparisons WHERE id = '{comparison}')
            """);

        var page = await Html.FoundAsync(
            api.Client,
            $"/ui/sweeps/{sweep.Id}/examples/{example}?in="
                + Uri.EscapeDataString($"comparisons/{comparison}/pies?orderBy={order}"));

        Assert.Equal(
            (PathOf(previous), PathOf(next)), (page.Rel("prev")?.Split('?')[0], page.Rel("next")?.Split('?')[0]));

        string? PathOf(int? other) => other is not { } known ? null
            : $"/ui/sweeps/{sweep.Id}/examples/{Example.IdOf(dataset, Split.Test, known)}";
    }

    [Fact]
    public async Task The_comparisons_can_be_limited_to_those_in_which_it_is_a_pie()
    {
        var (sweep, example) = await ExampleAsync(3);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/examples/{example}?onlyPies=true");

        Assert.Equal(["IMP", "MP-AI"], page.Rows.Select(row => row[1]));
    }

    [Fact]
    public async Task The_figure_of_its_votes_is_drawn_below_the_path_of_the_pages()
    {
        var (sweep, example) = await ExampleAsync(3);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/examples/{example}");

        var picture = page.Addresses.First(path => path.Contains("trajectory.svg", StringComparison.Ordinal));
        Assert.StartsWith($"/ui/sweeps/{sweep.Id}/examples/{example}/figures/", picture, StringComparison.Ordinal);
        using var drawn = await api.Client.GetAsync(picture);
        Assert.Equal(HttpStatusCode.OK, drawn.StatusCode);
        Assert.Contains(
            $"</api/v1/sweeps/{sweep.Id}/examples/{example}/figures/trajectory>; rel=\"describedby\"",
            string.Join(", ", drawn.Headers.GetValues("Link")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_multi_label_data_the_labels_that_differ_are_shown()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Dense ? example : example & 3, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);

        var page = await Html.FoundAsync(
            api.Client, $"/ui/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 5)}");

        Assert.Equal(["yes 3/3 ✓ right", "yes 0/3 ✗ wrong", "PIE"], Assert.Single(page.Rows).Skip(3).Take(3));
        Assert.Contains("that predict the label 'yes' or do not", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_multi_label_data_the_labels_are_shown_where_the_cohorts_agree()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(sweep, (_, example) => example & 1, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);

        var one = await Html.FoundAsync(
            api.Client, $"/ui/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 1)}");
        var none = await Html.FoundAsync(
            api.Client, $"/ui/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 4)}");

        Assert.Equal(["no 3/3 ✓ right", "no 3/3 ✓ right", "–"], Assert.Single(one.Rows).Skip(3).Take(3));
        Assert.Equal(["no label", "no label", "–"], Assert.Single(none.Rows).Skip(3).Take(3));
    }

    [Fact]
    public async Task The_neighbours_of_an_example_are_searched_when_they_are_asked_for()
    {
        var (sweep, example) = await ExampleAsync(3);
        var page = await Html.FoundAsync(api.Client, $"/ui/examples/{example}");
        var found = await Html.FoundAsync(api.Client, $"/ui/examples/{example}?by=text&k=2");

        Assert.Empty(page.Rows);
        Assert.Contains($"/ui/sweeps/{sweep.Id}/examples/{example}", page.Addresses);
        Assert.Equal(["0", "6"], found.Rows.Select(row => row[1]).Order());
        Assert.Equal($"/api/v1/examples/{example}/neighbours?by=text&k=2&format=csv", found.Link("CSV"));
    }

    [Fact]
    public async Task An_example_of_another_dataset_does_not_exist_in_the_sweep()
    {
        var (sweep, _) = await ExampleAsync(3);

        var page = await Html.GetAsync(api.Client, $"/ui/sweeps/{sweep.Id}/examples/{Guid.Empty}");

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Equal(
            HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, $"/ui/examples/{Guid.Empty}")).Status);
    }

    private async Task<(StudiedSweep Sweep, Guid Example)> ExampleAsync(int position)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        return (sweep, Example.IdOf(await DatasetAsync(sweep), Split.Test, position));
    }

    private async Task<Guid> DatasetAsync(StudiedSweep sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["datasetId"]!;
}
