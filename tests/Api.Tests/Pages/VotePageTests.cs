using System.Net;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

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
        Assert.Equal($"/ui/comparisons/{sweep.Comparisons["IMP 50"]}", page.Link("IMP"));
    }

    [Fact]
    public async Task The_list_of_pies_leads_to_the_example()
    {
        var (sweep, example) = await ExampleAsync(3);

        var list = await Html.FoundAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["IMP 90"]}?orderBy=position");

        Assert.Contains($"/ui/sweeps/{sweep.Id}/examples/{example}", list.Addresses);
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
    public async Task For_multi_label_data_the_labels_that_differ_are_shown_and_there_is_no_figure()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Dense ? example : example & 3, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);

        var page = await Html.FoundAsync(
            api.Client, $"/ui/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 5)}");

        Assert.Equal(["yes 3/3 ✓ right", "yes 0/3 ✗ wrong", "PIE"], Assert.Single(page.Rows).Skip(3).Take(3));
        Assert.DoesNotContain("trajectory", page.Source, StringComparison.Ordinal);
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
        var dataset = (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["datasetId"]!;
        return (sweep, Example.IdOf(dataset, Split.Test, position));
    }
}
