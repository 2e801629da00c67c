using System.Net;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;
using PieService.Api.Tests.PredictionImports;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.Pages;

/// <summary>No link of the pages leads to an error, whatever a sweep is like.</summary>
public sealed class LinkTests(ApiFixture api, DatasetApi imports)
    : IClassFixture<ApiFixture>, IClassFixture<DatasetApi>
{
    /// <summary>Of the comparisons, runs and examples of a sweep, which have the same pages.</summary>
    private const int Alike = 2;

    [Theory]
    [InlineData("pending")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("half-finished")]
    [InlineData("provisional")]
    [InlineData("multi-label")]
    [InlineData("one seed")]
    [InlineData("two splits")]
    [InlineData("fifty sparsities")]
    public async Task No_link_of_a_sweep_leads_to_an_error(string kind)
    {
        var sweep = kind switch
        {
            "pending" => await SubmitAsync("IMP", "MP-AI"),
            "failed" => await FailedAsync(),
            "cancelled" => await CancelledAsync(),
            "half-finished" => await TrainedAsync(
                await SubmitAsync("IMP", "MP-AI"), run => run.Method is Method.Dense or Method.Imp),
            "provisional" => await TrainedAsync(await SubmitAsync("IMP", "MP-AI"), run => run.Seed < 2),
            "multi-label" => await MultiLabelAsync(),
            "one seed" => await TrainedAsync(
                await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1, "IMP", "MP-AI"))),
            "two splits" => await OfTwoSplitsAsync(),
            _ => await OfFiftySparsitiesAsync(),
        };

        var seen = await new Crawl(api.Client, Alike, IsOfSweep).VisitAsync($"/ui/sweeps/{sweep}");

        Assert.Contains($"/ui/sweeps/{sweep}/runs", seen);
    }

    [Fact]
    public async Task No_link_of_imported_predictions_leads_to_an_error()
    {
        var sweep = await imports.ImportAsync(PredictionApi.Definition(), ("answers", PredictionApi.Answers));
        await new Situations(imports.Services).LabelAsync(sweep);

        var seen = await new Crawl(imports.Client, Alike, IsOfSweep).VisitAsync($"/ui/sweeps/{sweep}");

        Assert.Contains(seen, path => path.StartsWith("/ui/comparisons/", StringComparison.Ordinal));
    }

    /// <summary>The page of intersections shows those of one split, and of at most twelve comparisons.</summary>
    [Fact]
    public async Task A_table_that_cannot_compare_all_comparisons_asks_for_a_choice()
    {
        var splits = await OfTwoSplitsAsync();
        var many = await OfFiftySparsitiesAsync();

        var ofSplits = await Html.FoundAsync(api.Client, $"/ui/sweeps/{splits}/intersections");
        var ofTest = await Html.FoundAsync(api.Client, $"/ui/sweeps/{splits}/intersections?split=test");
        var ofMany = await Html.FoundAsync(api.Client, $"/ui/sweeps/{many}/intersections");
        var ofOne = await Html.FoundAsync(api.Client, $"/ui/sweeps/{many}/intersections?method=RP-AI&sparsity=1");
        var unknown = await Html.GetAsync(
            api.Client, $"/ui/sweeps/{splits}/intersections?comparisons={Guid.NewGuid()}");

        Assert.Contains("Choose other filters", ofSplits.Text, StringComparison.Ordinal);
        Assert.Contains("the comparisons must have one split", ofSplits.Text, StringComparison.Ordinal);
        Assert.Contains("<select name=\"split\">", ofSplits.Source, StringComparison.Ordinal);
        Assert.NotEmpty(ofTest.Rows);
        Assert.Contains("at most 12 comparisons are compared at once", ofMany.Text, StringComparison.Ordinal);
        Assert.Contains("at least 2 labelled comparisons are needed", ofOne.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parquet", ofMany.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
    }

    /// <summary>Whether an address can depend on the sweep, and does not list those of other tests.</summary>
    private static bool IsOfSweep(string path) =>
        !path.StartsWith("/ui/docs", StringComparison.Ordinal) && path.Split('?')[0] is not "/ui/sweeps";

    private async Task<Guid> SubmitAsync(params string[] methods) =>
        await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, methods));

    /// <summary>Each pruned run predicts another class for the first example.</summary>
    private static int Answer(Run run, int position) =>
        position == 0 && run.Method != Method.Dense ? 1 : position % 3;

    private async Task<Guid> TrainedAsync(Guid sweep, Func<Run, bool>? which = null)
    {
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(which ?? (_ => true)))
            await api.Situations.TrainAsync(run, Answer);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    private async Task<Guid> FailedAsync()
    {
        var sweep = await SubmitAsync("IMP", "MP-AI");
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
            await api.Situations.Leases.FailAttemptAsync(
                await api.Situations.ClaimAsync(run.Id), "the model is gone", retry: false, CancellationToken.None);
        return sweep;
    }

    private async Task<Guid> CancelledAsync()
    {
        var sweep = await SubmitAsync("IMP");
        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject());
        return sweep;
    }

    private async Task<Guid> MultiLabelAsync()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP", "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Dense ? example : example & 3, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    private async Task<Guid> OfTwoSplitsAsync()
    {
        var dataset = await api.Situations.DatasetAsync();
        await api.Situations.AddTrainingExamplesAsync(dataset);
        var request = Situations.Request(dataset, 3, "IMP", "MP-AI");
        (request["predictSplits"], request["observationEpochs"]) = (new JsonArray("test", "train"), new JsonArray());
        var sweep = await api.SubmitAsync(request);
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
            Assert.True(await api.Situations.Leases.SucceedAsync(
                await api.Situations.ClaimAsync(run.Id),
                new(Situations.Outcome with { ObservedEpochs = [] }, "cpu", Situations.Everything(run, Answer)),
                CancellationToken.None));
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    private async Task<Guid> OfFiftySparsitiesAsync()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI", "RP-AI");
        request["sparsities"] = new JsonArray([.. Enumerable.Range(1, 50).Select(target => (JsonNode)target)]);
        return (await StudiedSweep.LabelledAsync(api, request, Answer)).Id;
    }
}
