using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;
using PieService.Api.Tests.Pages;
using PieService.TestSupport;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>The routes of sweeps, runs and comparisons with an imported sweep.</summary>
public sealed class ImportedSweepRoutesTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    [Theory]
    [InlineData("cancel", HttpStatusCode.Accepted)]
    [InlineData("pause", HttpStatusCode.Accepted)]
    [InlineData("resume", HttpStatusCode.Accepted)]
    [InlineData("retry-failed", HttpStatusCode.Accepted)]
    [InlineData("predict-again", HttpStatusCode.Conflict)]
    public async Task Requests_for_its_trainings_have_no_effect(string request, HttpStatusCode status)
    {
        var sweep = await LabelledAsync();

        using var response = await api.Client.PostAsync($"/api/v1/sweeps/{sweep}/{request}", null);

        var answer = await response.ProblemAsync(status);
        if (status == HttpStatusCode.Conflict)
            Assert.Contains("were imported", (string?)answer["detail"], StringComparison.Ordinal);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task It_is_deleted_with_its_runs_and_then_its_dataset_can_be_deleted()
    {
        var sweep = await api.ImportAsync(PredictionApi.Definition(), ("answers", PredictionApi.Answers));
        var dataset = (Guid)(await api.GetAsync($"/sweeps/{sweep}"))["datasetId"]!;
        using var used = await api.Client.DeleteAsync($"/api/v1/datasets/{dataset}");

        using var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{sweep}");

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.NoContent), (used.StatusCode, deleted.StatusCode));
        Assert.Equal(0, await api.AskAsync<long>($"SELECT count(*) FROM runs WHERE dataset_id = '{dataset}'"));
        Assert.Equal(0, await api.AskAsync<long>("""
            SELECT count(*) FROM run_predictions WHERE run_id NOT IN (SELECT id FROM runs)
            """));
        using var unused = await api.Client.DeleteAsync($"/api/v1/datasets/{dataset}");
        Assert.Equal(HttpStatusCode.NoContent, unused.StatusCode);
    }

    [Fact]
    public async Task It_cannot_be_the_dataset_of_a_training()
    {
        var dataset = (await api.GetAsync($"/sweeps/{await LabelledAsync()}"))["datasetId"];

        using var response = await api.Client.PostAsJsonAsync("/api/v1/sweeps/plan", new JsonObject
        {
            ["name"] = "a training",
            ["datasetId"] = dataset!.DeepClone(),
            ["models"] = new JsonArray(new JsonObject { ["architecture"] = "BiLSTM", ["vectors"] = "glove" }),
            ["methods"] = new JsonArray("IMP"),
            ["sparsities"] = new JsonArray(50),
        });

        Assert.Contains("datasetId", (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task Sweeps_can_be_selected_by_their_origin()
    {
        var sweep = await LabelledAsync();

        var imported = (await api.GetAsync("/sweeps?origin=imported"))["items"]!.AsArray();
        var trained = await api.GetAsync("/sweeps?origin=trained");

        Assert.Contains($"{sweep}", imported.Select(item => (string?)item!["id"]));
        Assert.Equal(0, (int)trained["totalItems"]!);
    }

    [Fact]
    public async Task Every_table_of_it_is_served_in_every_format()
    {
        var sweep = await api.ImportAsync(Scored(), ("answers", ScoredAnswers));
        var comparison = (await api.LabelledAsync(sweep))[0]!["id"];
        var run = (await api.GetAsync($"/sweeps/{sweep}/runs"))["items"]![0]!["id"];
        var dataset = (await api.GetAsync($"/sweeps/{sweep}"))["datasetId"];
        var example = (await api.GetAsync($"/datasets/{dataset}/examples?split=test"))["items"]![0]!["id"];
        var ids = new Dictionary<string, string>
        {
            ["sweeps"] = $"{sweep}",
            ["comparisons"] = $"{comparison}",
            ["runs"] = $"{run}",
            ["datasets"] = $"{dataset}",
            ["examples"] = $"{example}",
        };
        var paths = (await api.Client.GetFromJsonAsync<JsonNode>("/swagger/v1/swagger.json"))!["paths"]!.AsObject();
        var tables = paths
            .Where(path => path.Value!["get"]?["responses"]?["200"]?["x-files"]?.AsObject()
                .ContainsKey("application/x-ndjson") is true)
            .ToList();

        Assert.NotEmpty(tables);
        foreach (var (path, _) in tables)
            foreach (var format in new[] { "json", "csv", "ndjson", "parquet" })
            {
                var address = path.Replace("{id}", ids[path.Split('/')[3]], StringComparison.Ordinal);
                using var response = await api.Client.GetAsync($"{address}?format={format}");
                Assert.True(
                    response.IsSuccessStatusCode,
                    $"{address} as {format}: {await response.Content.ReadAsStringAsync()}");
            }
        var analysis = await api.Client.GetAsync($"/api/v1/comparisons/{comparison}/analysis");
        Assert.Equal(HttpStatusCode.OK, analysis.StatusCode);
        var votes = await api.GetAsync($"/sweeps/{sweep}/examples/{example}");
        var quality = Assert.Single(votes["labelQuality"]!.AsArray())!;
        Assert.Equal(("external", 2), ((string?)quality["baseline"], (int)quality["runs"]!));
    }

    /// <summary>The files have no texts: without the id, nothing says which question changed.</summary>
    [Fact]
    public async Task Each_example_has_its_id_in_the_files_in_tables_views_and_pages()
    {
        var answers = PredictionApi.Answers.Replace("\n0,", "\ngas,", StringComparison.Ordinal)
            .Replace("\n3,", "\nplanet,", StringComparison.Ordinal);
        var sweep = await api.ImportAsync(PredictionApi.Definition(), ("answers", answers));
        var comparison = (string)(await api.LabelledAsync(sweep))[0]!["id"]!;
        var run = (await api.GetAsync($"/sweeps/{sweep}/runs"))["items"]![0]!["id"];
        string[] all = ["gas", "1", "2", "planet"], pies = ["gas", "planet"];

        foreach (var (path, ids) in new[]
        {
            ($"/comparisons/{comparison}/pies", pies), ($"/comparisons/{comparison}/relabel-queue", pies),
            ($"/comparisons/{comparison}/examples", all), ($"/sweeps/{sweep}/pies", pies),
            ($"/sweeps/{sweep}/fragile-examples", all), ($"/runs/{run}/predictions", all),
            ($"/sweeps/{sweep}/predictions?cohort=bf16&runs=1", all),
        })
        {
            var items = (await api.GetAsync(path))["items"]!.AsArray();
            Assert.Equal(ids.Order(), items.Select(item => (string)item!["sourceId"]!).Order());
            var lines = (await api.Client.GetStringAsync($"/api/v1{path}{(path.Contains('?') ? '&' : '?')}format=csv"))
                .Split("\r\n");
            var column = Array.IndexOf(lines[0].Split(','), "sourceId");
            Assert.Equal(ids.Order(), lines[1..^1].Select(line => line.Split(',')[column]).Order());
        }
        var latex = await api.Client.GetStringAsync($"/api/v1/comparisons/{comparison}/pies?format=latex");
        Assert.All(pies, id => Assert.Contains($"\n{id} & ", latex, StringComparison.Ordinal));
        Assert.Equal(
            "gas planet",
            await api.AskAsync<string>($"""
                SELECT string_agg(source_id, ' ' ORDER BY position) FROM pies WHERE comparison_id = '{comparison}'
                """));
        Assert.Equal(
            "gas",
            await api.AskAsync<string>($"""
                SELECT min(source_id) FROM predictions JOIN sweep_runs USING (run_id)
                WHERE sweep_id = '{sweep}' AND position = 0
                """));
        var pie = (await api.GetAsync($"/comparisons/{comparison}/pies"))["items"]![0]!;
        var votes = await api.GetAsync($"/sweeps/{sweep}/examples/{pie["exampleId"]}");
        Assert.Equal((string?)pie["sourceId"], (string?)votes["sourceId"]);
        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{comparison}");
        Assert.Contains("Id in the source", page.Heads);
        Assert.All(pies, id => Assert.Contains(page.Rows, row => row.Contains(id)));
        var example = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/examples/{pie["exampleId"]}");
        Assert.Contains($"Id in the source {pie["sourceId"]}", example.Text, StringComparison.Ordinal);
    }

    /// <summary>
    /// The pairs have the seeds 0 and 1, and 1 and 2. The first pair of the baseline is divided on example 0, the
    /// second one on example 4, so the pairs of strata have the examples 0, 1 to 3, and 4.
    /// </summary>
    [Fact]
    public async Task Pairs_of_different_seeds_have_the_strata_of_both()
    {
        var definition = PredictionApi.Definition("""
            { "cohorts": [ { "name": "bf16", "model": "llama", "baseline": true },
                { "name": "int4", "model": "llama", "pairing": "seed" },
                { "name": "int8", "model": "llama", "pairing": "seed" } ],
              "files": [ { "part": "answers", "format": "csv", "columns": { "example": "id", "label": "gold", "runs": {
                "d0": { "cohort": "bf16", "seed": 0 }, "d1": { "cohort": "bf16", "seed": 1 },
                "d2": { "cohort": "bf16", "seed": 2 },
                "p0": { "cohort": "int4", "seed": 0 }, "p1": { "cohort": "int4", "seed": 1 },
                "q1": { "cohort": "int8", "seed": 1 }, "q2": { "cohort": "int8", "seed": 2 } } } } ] }
            """);
        var sweep = await api.ImportAsync(definition, ("answers", """
            id,gold,d0,d1,d2,p0,p1,q1,q2
            0,no,yes,no,no,yes,yes,yes,yes
            1,no,no,no,no,yes,yes,yes,yes
            2,no,no,no,no,no,no,no,no
            3,no,no,no,no,no,no,no,no
            4,no,no,no,yes,no,no,no,no

            """));
        await api.LabelledAsync(sweep);

        var pair = Assert.Single((await api.GetAsync($"/sweeps/{sweep}/overlaps"))["items"]!.AsArray())!;

        Assert.Equal(2, (int)pair["shared"]!);
        // Example 0, and one of the three examples of the second stratum.
        Assert.Equal(1 + (1 / 3.0), (double)pair["givenMargin"]!["expectedShared"]!, 12);
    }

    [Fact]
    public async Task Its_events_end_with_its_success_and_go_on_when_runs_are_added()
    {
        var sweep = await LabelledAsync();
        await StatesAsync(sweep, "succeeded", 1);
        var running = await api.AskAsync<long>(States(sweep, "running"));

        var addition = JsonNode.Parse($$"""
            { "name": "more", "sweepId": "{{sweep}}", "replication": "training",
              "files": [ { "part": "more", "format": "csv", "cohort": "int4", "seed": 2,
                "columns": { "example": "id", "predicted": "answer" } } ] }
            """)!;
        await api.ImportAsync(addition, ("more", "id,answer\n0,no\n1,no\n2,no\n3,no\n"));
        await StatesAsync(sweep, "running", running + 1);
        await api.LabelledAsync(sweep);

        await StatesAsync(sweep, "succeeded", 2);
    }

    private const string ScoredAnswers =
        "cohort,seed,id,gold,p_no,p_yes\n"
        + "bf16,0,0,no,0.9,0.1\nbf16,0,1,yes,0.2,0.8\nbf16,1,0,no,0.7,0.3\nbf16,1,1,yes,0.4,0.6\n"
        + "int4,0,0,no,0.4,0.6\nint4,0,1,yes,0.2,0.8\nint4,1,0,no,0.3,0.7\nint4,1,1,yes,0.1,0.9\n"
        + "nf4,0,0,no,0.8,0.2\nnf4,0,1,yes,0.7,0.3\nnf4,1,0,no,0.6,0.4\nnf4,1,1,yes,0.9,0.1\n";

    private static JsonObject Scored() => PredictionApi.Definition("""
        { "cohorts": [ { "name": "bf16", "model": "llama", "baseline": true },
            { "name": "int4", "model": "llama" }, { "name": "nf4", "model": "llama" } ],
          "files": [ { "part": "answers", "format": "csv", "scoreKind": "probabilities", "columns": {
          "cohort": "cohort", "seed": "seed", "example": "id", "label": "gold", "scoresPrefix": "p_" } } ] }
        """);

    private async Task<Guid> LabelledAsync()
    {
        var sweep = await api.ImportAsync(PredictionApi.Definition(), ("answers", PredictionApi.Answers));
        await api.LabelledAsync(sweep);
        return sweep;
    }

    /// <summary>Waits until the events of the sweep have had the state so many times.</summary>
    private Task StatesAsync(Guid sweep, string state, long times) => Until.HoldsAsync(async () =>
        await api.AskAsync<long>(States(sweep, state)) == times);

    private static string States(Guid sweep, string state) => $"""
        SELECT count(*) FROM sweep_events
        WHERE sweep_id = '{sweep}' AND type = 'state' AND data ->> 'state' = '{state}'
        """;
}
