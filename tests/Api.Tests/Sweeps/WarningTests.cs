using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Sweeps;

/// <summary>Warnings are in the responses of datasets, plans, sweeps and comparisons.</summary>
public sealed class WarningTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_dataset_with_the_content_of_an_older_one_names_it_and_so_do_its_sweeps()
    {
        var older = await api.Situations.DatasetAsync();
        var newer = await CopyAsync(older);

        Assert.DoesNotContain("sameContent", Codes(await api.GetAsync($"/api/v1/datasets/{older.Id}")));
        var dataset = await api.GetAsync($"/api/v1/datasets/{newer}");
        Assert.Contains("sameContent", Codes(dataset));
        Assert.Contains($"{older.Id}", (string?)dataset["warnings"]![0]!["message"], StringComparison.Ordinal);
        Assert.Equal(
            Codes(dataset),
            Codes((await api.WalkAsync("/api/v1/datasets?pageSize=1")).Single(item => (Guid)item["id"]! == newer)));

        var request = Situations.Request(older, 5, "MP-AI");
        request["datasetId"] = newer;
        request["models"]![0]!["hyperparameters"]!["batchSize"] = 10;
        var sweep = await api.SubmitAsync(request);
        Assert.Equal(["sameContent"], Codes(await api.GetAsync($"/api/v1/sweeps/{sweep}")));
    }

    [Fact]
    public async Task A_plan_and_the_accepted_sweep_have_the_same_warnings()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP");
        request["sparsities"] = new JsonArray(0.5, 0.9);

        var plan = Codes(await api.PostAsync(
            "/api/v1/sweeps/plan", request, HttpStatusCode.OK));
        var sweep = await api.PostAsync("/api/v1/sweeps", request);

        Assert.Equal(
            ["sparsitiesBelowOne", "trainedLonger", "batchLargerThanTrain", "evenSeeds", "noNoiseFloor"], plan);
        Assert.Equal(plan, Codes(sweep));
        Assert.Equal(plan, Codes(await api.GetAsync($"/api/v1/sweeps/{sweep["id"]}")));
        Assert.Equal(
            plan,
            Codes((await api.WalkAsync("/api/v1/sweeps?pageSize=1"))
                .Single(item => (Guid)item["id"]! == (Guid)sweep["id"]!)));
    }

    /// <summary>All runs give the same answer, except that each dense run of an odd seed is right.</summary>
    [Fact]
    public async Task A_comparison_names_collapsed_cohorts_and_tied_votes_after_it_is_labelled()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"));
        Assert.Empty(Codes(await ComparisonAsync(sweep)));
        Assert.Equal(
            """{"dense":null,"pruned":null,"expected":2}""", (await ComparisonAsync(sweep))["seeds"]!.ToJsonString());

        await api.Situations.TrainAsync(
            sweep, (run, position) => run is { Method: Method.Dense, Seed: 1 } ? position % 3 : 2);
        await api.Situations.LabelAsync(sweep);

        Assert.Equal(["noNoiseFloor", "tiedVotes", "prunedCollapsed"], Codes(await ComparisonAsync(sweep)));
    }

    private async Task<JsonNode> ComparisonAsync(Guid sweep) =>
        (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

    private static IEnumerable<string?> Codes(JsonNode answer) =>
        answer["warnings"]!.AsArray().Select(warning => (string?)warning!["code"]);

    private async Task<Guid> CopyAsync(Dataset of)
    {
        var copy = new Dataset
        {
            Id = Guid.CreateVersion7(),
            Name = "copy",
            Task = of.Task,
            Labels = of.Labels,
            ContentHash = of.ContentHash,
            Splits = of.Splits,
            Quality = of.Quality,
            CreatedAt = of.CreatedAt.AddSeconds(1),
        };
        await using var scope = api.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PieDbContext>();
        db.Datasets.Add(copy);
        await db.SaveChangesAsync();
        return copy.Id;
    }
}
