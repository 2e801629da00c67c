using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;

namespace PieService.Api.Tests.Pages;

/// <summary>The pages of a sweep over a dataset with ten thousand labels, the most that one may have.</summary>
public sealed class ManyLabelTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Labels = 10_000;

    [Fact]
    public async Task No_page_has_an_element_for_each_of_ten_thousand_labels()
    {
        var dataset = await api.Situations.DatasetAsync(more: Labels - 3);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
        {
            var predictions = Situations.Predictions(
                run, (_, example) => run.Sparsity > 0 ? Labels - 1 : example % 3, classCount: Labels);
            Assert.True(await api.Situations.Leases.SucceedAsync(
                await api.Situations.ClaimAsync(run.Id), new(Situations.Outcome, "cpu", [predictions]),
                CancellationToken.None));
        }
        await api.Situations.LabelAsync(sweep);
        var comparison = Assert.Single((await StudiedSweep.OfAsync(api, sweep)).Comparisons).Value;
        var example = Example.IdOf(dataset.Id, Split.Test, 0);

        foreach (var address in new[]
        {
            $"/ui/datasets/{dataset.Id}", $"/ui/datasets/{dataset.Id}?label=label%209999", "/ui/sweeps",
            $"/ui/sweeps/new?datasetId={dataset.Id}", $"/ui/sweeps/{sweep}", $"/ui/sweeps/{sweep}/classes",
            $"/ui/comparisons/{comparison}", $"/ui/comparisons/{comparison}?class=label%209999",
            $"/ui/comparisons/{comparison}/classes", $"/ui/comparisons/{comparison}/examples",
            $"/ui/comparisons/{comparison}/relabel-queue", $"/ui/sweeps/{sweep}/examples/{example}",
        })
        {
            var page = await Html.FoundAsync(api.Client, address);
            Assert.True(page.Source.Length < 300_000, $"{address} has {page.Source.Length} characters.");
        }
        var pies = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}?class=label%209999");
        Assert.Equal(Situations.TestExamples, pies.Rows.Count);
        Assert.Contains("label 9999 3/3 ✗ wrong", pies.Rows[0]);
    }
}
