using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// Imported predictions as a sweep: three dense runs and two of another cohort, without pairs and without scores.
/// </summary>
public sealed class ImportedSweepsTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-imported-");

    [Fact]
    public async Task It_has_succeeded_when_its_comparison_is_labelled()
    {
        var id = await StoreAsync();
        Assert.Equal("running", (string?)(await SweepAsync(id))["state"]);

        await api.Situations.LabelAsync(id);

        var sweep = await SweepAsync(id);
        Assert.Equal("succeeded", (string?)sweep["state"]);
        Assert.Equal("imported", (string?)sweep["origin"]);
        Assert.Null(sweep["request"]);
        Assert.Equal("training", (string?)sweep["replication"]);
        Assert.Equal(["bf16", "int4"], sweep["cohorts"]!.AsArray().Select(cohort => (string?)cohort!["name"]));
        var dataset = await api.GetAsync($"/api/v1/datasets/{sweep["datasetId"]}");
        Assert.Equal("questions", (string?)dataset["name"]);
        Assert.Equal(4, (int)dataset["splits"]![0]!["examples"]!);
    }

    [Fact]
    public async Task Its_comparison_is_over_all_runs_of_both_cohorts()
    {
        var id = await StoreAsync();
        await api.Situations.LabelAsync(id);

        var comparison = await OnlyAsync($"/api/v1/sweeps/{id}/comparisons");

        Assert.Equal("external", (string?)comparison["method"]);
        Assert.Equal("external", (string?)comparison["baseline"]);
        Assert.Equal("int4", (string?)comparison["cohort"]);
        Assert.Equal("GPTQ", (string?)comparison["compression"]);
        Assert.Equal(4, (double)comparison["bits"]!);
        Assert.Null(comparison["achievedSparsity"]);
        Assert.True((bool)comparison["complete"]!);
        Assert.Equal((3, 2), ((int)comparison["seeds"]!["dense"]!, (int)comparison["seeds"]!["pruned"]!));
        Assert.Equal(2, (int)comparison["pies"]!);
        Assert.Equal(2.5 / 3, (double)comparison["score"]!["dense"]!["mean"]!, 12);
        Assert.Equal(1.25 / 2, (double)comparison["score"]!["pruned"]!["mean"]!, 12);
        Assert.Equal(((6 / 12.0) + (5 / 12.0)) / 2, (double)comparison["churn"]!["mean"]!, 12);
    }

    [Fact]
    public async Task Its_figures_show_cohorts_and_those_over_the_sparsity_state_why_they_are_missing()
    {
        var id = await StoreAsync();
        await api.Situations.LabelAsync(id);

        var figures = (await api.GetAsync($"/api/v1/sweeps/{id}/figures"))["items"]!.AsArray();

        Assert.Equal(
            ["readability"],
            figures.Where(figure => (bool)figure!["available"]!).Select(figure => (string)figure!["name"]!));
        Assert.Contains("has fewer than 10 examples", (string)figures[2]!["reason"]!, StringComparison.Ordinal);
        await api.Situations.StateManyExamplesAsync(id);
        Assert.Contains("no target sparsity", (string)figures[0]!["reason"]!, StringComparison.Ordinal);
        Assert.Contains(
            ">int4</text>", await api.Client.GetStringAsync($"/api/v1/sweeps/{id}/figures/classes.svg"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "<svg", await api.Client.GetStringAsync($"/api/v1/sweeps/{id}/figures/readability.svg"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_pies_have_votes_of_cohorts_of_different_sizes()
    {
        var id = await StoreAsync();
        await api.Situations.LabelAsync(id);
        var comparison = (Guid)(await OnlyAsync($"/api/v1/sweeps/{id}/comparisons"))["id"]!;

        var pies = (await api.GetAsync($"/api/v1/comparisons/{comparison}/pies"))["items"]!.AsArray();

        var (first, second) = (pies[0]!, pies[1]!);
        Assert.Equal(0, (int)first["position"]!);
        Assert.Equal("""{"no":3,"yes":0}""", first["dense"]!["votes"]!.ToJsonString());
        Assert.Equal("""{"no":0,"yes":2}""", first["pruned"]!["votes"]!.ToJsonString());
        Assert.Equal(1, (double)first["margin"]!);
        Assert.Equal(3, (int)second["position"]!);
        Assert.True((bool)second["tied"]!);
        Assert.Null(second["paired"]);
        Assert.Null(second["selfConfidence"]);
        var analysis = await api.GetAsync($"/api/v1/comparisons/{comparison}/analysis");
        Assert.NotNull(analysis["excess"]!["excess"]);
        Assert.Null(analysis["conformal"]!["dense"]);
    }

    [Fact]
    public async Task Its_runs_have_scores_of_their_answers_and_predictions_without_logits()
    {
        var id = await StoreAsync();

        var runs = (await api.GetAsync($"/api/v1/sweeps/{id}/runs?cohort=bf16"))["items"]!.AsArray();

        Assert.Equal([0.75, 1, 0.75], runs.Select(run => (double)run!["test"]!["accuracy"]!));
        Assert.All(runs, run => Assert.Null(run!["test"]!["loss"]));
        Assert.All(runs, run => Assert.Equal("succeeded", (string?)run!["state"]));
        var predictions = (await api.GetAsync($"/api/v1/runs/{runs[2]!["id"]}/predictions"))["items"]!.AsArray();
        Assert.Equal(["no", "yes", "yes", "yes"], predictions.Select(row => (string?)row!["predicted"]![0]));
        Assert.All(predictions, row => Assert.Null(row!["scores"]));
        var table = await api.Client.GetStringAsync($"/api/v1/sweeps/{id}/predictions?format=csv&cohort=int4");
        Assert.Equal(1 + (2 * 4), table.TrimEnd().Split('\n').Length);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private async Task<Guid> StoreAsync()
    {
        string[] lines =
        [
            "id,gold,d0,d1,d2,p0,p1",
            "0,no,no,no,no,yes,yes",
            "1,no,no,no,yes,no,no",
            "2,yes,yes,yes,yes,yes,yes",
            "3,yes,no,yes,yes,no,yes",
        ];
        var path = Path.Combine(folder.FullName, "answers.csv");
        await File.WriteAllLinesAsync(path, lines);
        ForeignRunColumn Run(string cohort, int seed) => new() { Cohort = cohort, Seed = seed };
        var import = new PredictionImport
        {
            Name = "int4",
            Replication = ReplicationKind.Training,
            Dataset = new() { FromFiles = true, Name = "questions", Task = ForeignTask.SingleLabel },
            Cohorts =
            [
                new() { Name = "bf16", Model = "llama", Baseline = true },
                new() { Name = "int4", Model = "llama", Compression = "GPTQ", Bits = 4 },
            ],
            Files =
            [
                new()
                {
                    Part = "a",
                    Format = ForeignFormat.Csv,
                    Columns = new()
                    {
                        Example = "id",
                        Label = "gold",
                        Runs = new Dictionary<string, ForeignRunColumn>
                        {
                            ["d0"] = Run("bf16", 0), ["d1"] = Run("bf16", 1), ["d2"] = Run("bf16", 2),
                            ["p0"] = Run("int4", 0), ["p1"] = Run("int4", 1),
                        },
                    },
                },
            ],
        };
        var parts = new Dictionary<string, SourceFile> { ["a"] = new("a", path) };
        Assert.Empty(ImportRules.Check(import, parts.Keys));
        var reading = ForeignImport.Read(
            import, parts, dataset: null, ReadLimits.Default, folder.FullName, CancellationToken.None);
        Assert.Empty(reading.Errors);
        using var predictions = reading.Predictions!;
        var id = Guid.CreateVersion7();
        await api.Services.GetRequiredService<ImportedSweeps>()
            .AddAsync(id, import, predictions, alongWith: null, CancellationToken.None);
        return id;
    }

    private Task<JsonObject> SweepAsync(Guid id) => api.GetAsync($"/api/v1/sweeps/{id}");

    private async Task<JsonNode> OnlyAsync(string list) =>
        Assert.Single((await api.GetAsync(list))["items"]!.AsArray())!;
}
