using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>
/// The predictions of a sweep that this service trained, exported and imported again into the same dataset: every
/// number of its comparison stays the same.
/// </summary>
public sealed class OwnExportTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const int Seeds = 5;

    [Theory]
    [InlineData("csv", "csv")]
    [InlineData("ndjson", "jsonl")]
    [InlineData("parquet", "parquet")]
    public async Task Single_label_predictions_give_the_same_comparison(string exported, string imported) =>
        await CompareAsync(
            await SubmitAsync(LearningTask.SingleLabel), exported, imported, LearningTask.SingleLabel,
            (situations, sweep) => situations.TrainAsync(sweep, Answer));

    [Theory]
    [InlineData("csv", "csv")]
    [InlineData("ndjson", "jsonl")]
    [InlineData("parquet", "parquet")]
    public async Task Multi_label_predictions_give_the_same_comparison(string exported, string imported) =>
        await CompareAsync(
            await SubmitAsync(LearningTask.MultiLabel), exported, imported, LearningTask.MultiLabel,
            (situations, sweep) => situations.TrainMultiLabelAsync(
                sweep, (run, example) => (example + (Answer(run, example) == example % 3 ? 0 : 1)) % 8, 0.5));

    /// <summary>Dense runs are right but for one seed; pruned ones are wrong on example 3, most of them on 5.</summary>
    private static int Answer(Run run, int example)
    {
        var isWrong = run.Method == Method.Dense
            ? run.Seed == 0 && example > 5 : example == 3 || (example == 5 && run.Seed < 3);
        return (example + (isWrong ? 1 : 0)) % 3;
    }

    private async Task CompareAsync(
        (Guid Dataset, Guid Sweep) trained, string exported, string imported, LearningTask task,
        Func<Situations, Guid, Task> train)
    {
        await train(new(api.Services), trained.Sweep);
        var before = Assert.Single(await api.LabelledAsync(trained.Sweep))!;
        var file = await api.Client.GetByteArrayAsync(
            $"/api/v1/sweeps/{trained.Sweep}/predictions?format={exported}");

        using var received = await api.SendAsync(
            PredictionApi.Path, Definition(trained.Dataset, imported, task), [("answers", file)]);
        var ended = await api.EndedAsync(received);

        Assert.True((string?)ended["state"] == "succeeded", ended.ToJsonString());
        var after = Assert.Single(await api.LabelledAsync((Guid)ended["sweepId"]!))!;
        Assert.True((int)before["pies"]! > 0, "The comparison must have a PIE.");
        foreach (var number in new[]
        {
            "seeds", "complete", "examples", "pies", "pieRate", "noiseFloor", "churn", "ties", "score", "scoreOnPies",
            "warnings",
        })
            Assert.Equal(before[number]?.ToJsonString(), after[number]?.ToJsonString());
        foreach (var table in new[] { "pies", "examples", "classes" })
            Assert.Equal(
                await TextAsync($"/comparisons/{before["id"]}/{table}?pageSize=1000"),
                await TextAsync($"/comparisons/{after["id"]}/{table}?pageSize=1000"));
        Assert.Equal(await AnalysisAsync(before), await AnalysisAsync(after));
        Assert.Equal(await HashesAsync(trained.Sweep), await HashesAsync((Guid)ended["sweepId"]!));
    }

    private async Task<(Guid Dataset, Guid Sweep)> SubmitAsync(LearningTask task)
    {
        var dataset = await new Situations(api.Services).DatasetAsync(task);
        using var sent = await api.Client.PostAsJsonAsync(
            "/api/v1/sweeps", Situations.Request(dataset, Seeds, "MP-AI"));
        sent.EnsureSuccessStatusCode();
        return (dataset.Id, (Guid)(await sent.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
    }

    /// <summary>JSON lines have the scores as a list, the other tables as a column for each label.</summary>
    private static JsonObject Definition(Guid dataset, string format, LearningTask task)
    {
        var definition = JsonNode.Parse($$"""
            { "name": "again", "replication": "training", "dataset": { "id": "{{dataset}}", "match": "position" },
              "cohorts": [ { "name": "dense", "model": "bilstm", "baseline": true },
                { "name": "MP-AI", "model": "bilstm", "sparsity": 90, "pairing": "seed" } ],
              "files": [ { "part": "answers", "format": "{{format}}", "scoreKind": "logits", "columns": {
                "position": "position", "predicted": "predicted", "cohort": "method", "seed": "seed" } } ] }
            """)!.AsObject();
        var (file, isJson) = (definition["files"]![0]!, format == "jsonl");
        file["columns"]![isJson ? "scores" : "scoresPrefix"] = isJson ? "scores" : "scores_";
        file["columns"]!["label"] = isJson || task == LearningTask.MultiLabel ? "labels" : "label";
        return definition;
    }

    /// <summary>
    /// Without the id and the time, and without the words about more runs and a second dense cohort, since an import
    /// cannot request them.
    /// </summary>
    private async Task<string> AnalysisAsync(JsonNode comparison)
    {
        var analysis = (await api.GetAsync($"/comparisons/{comparison["id"]}/analysis")).AsObject();
        foreach (var name in new[] { "id", "analysedAt" }) Assert.True(analysis.Remove(name));
        analysis["replication"]!.AsObject().Remove("reason");
        analysis["significance"]!["paired"]!.AsObject().Remove("reason");
        return analysis.ToJsonString();
    }

    private async Task<IEnumerable<string>> HashesAsync(Guid sweep) =>
        (await api.GetAsync($"/sweeps/{sweep}/runs"))["items"]!.AsArray()
            .Select(run => $"{run!["cohort"] ?? run["method"]} {run["seed"]} {run["predictionHash"]}");

    private async Task<string> TextAsync(string path) =>
        await api.Client.GetStringAsync($"/api/v1{path}");
}
