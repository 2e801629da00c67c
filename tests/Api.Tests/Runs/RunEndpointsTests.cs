using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Runs;

public sealed class RunEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Runs_are_listed_cohort_by_cohort_and_can_be_filtered()
    {
        var sweep = await SweepAsync("IMP", "MP-AI");

        Assert.Equal(9, (int)(await RunsAsync(sweep, ""))["totalItems"]!);
        Assert.Equal(
            ["dense", "dense", "dense", "IMP"],
            (await RunsAsync(sweep, "?pageSize=4"))["items"]!.AsArray().Select(run => (string?)run!["method"]));
        Assert.Equal(
            3, (int)(await RunsAsync(sweep, "?method=IMP&sparsity=90&state=queued&architecture=BiLSTM"))[
                "totalItems"]!);
        Assert.Equal(3, (int)(await RunsAsync(sweep, "?seed=1"))["totalItems"]!);
        Assert.Equal(0, (int)(await RunsAsync(sweep, "?model=other"))["totalItems"]!);
    }

    [Fact]
    public async Task A_finished_run_has_its_results_and_their_provenance()
    {
        var sweep = await SweepAsync();
        await api.Situations.TrainAsync(sweep, (_, i) => i % 3);

        var run = (await RunsAsync(sweep, "?seed=0"))["items"]![0]!;

        Assert.Equal(("succeeded", "cpu", 1), ((string?)run["state"], (string?)run["device"], (int)run["attempts"]!));
        Assert.Equal(
            """{"accuracy":0.5,"macroF1":0.4,"loss":1.1,"microF1":0.5,"macroPrecision":0.3,"microPrecision":0.5,"macroRecall":0.6,"microRecall":0.5}""", run["test"]!.ToJsonString());
        Assert.Null(run["threshold"]);
        Assert.Equal("""{"done":2,"total":2}""", run["epochs"]!.ToJsonString());
        Assert.Equal("""[{"name":"l1.weight","size":200,"kept":20}]""", run["tensors"]!.ToJsonString());
        Assert.Equal(90.0, (double)run["achievedSparsity"]!);
        Assert.StartsWith("sha256:", (string?)run["predictionHash"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_has_the_results_of_its_prunings_and_its_generalisation_gap()
    {
        var run = (await api.Situations.RunsOfAsync(await SweepAsync("MP-AI")))[^1];
        var lease = await api.Situations.ClaimAsync(run.Id);
        var metrics = new[] { (Epoch: 0, Loss: 0.9), (Epoch: 1, Loss: 0.4) }
            .Select(epoch => new RunMetric
            {
                RunId = run.Id,
                Epoch = epoch.Epoch,
                Split = Split.Train,
                Loss = epoch.Loss,
            });
        await api.Situations.Leases
            .RecordEpochAsync(lease, new EpochRecord([.. metrics], 2, null), CancellationToken.None);
        var outcome = Situations.Outcome with { Prunings = [new(2, 50, 2, 0.8, 0.6), new(4, 90, 10, 0.5, 0.75)] };
        await api.Situations.Leases.SucceedAsync(
            lease, new(outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)]), CancellationToken.None);

        foreach (var answer in new[] { await api.GetAsync(
            $"/api/v1/runs/{run.Id}"), (JsonObject)(await RunsAsync(run.SweepId, $"?method=MP-AI&seed={run.Seed}"))[
                "items"]![0]! })
        {
            Assert.Equal(10.0, (double)answer["compression"]!);  // 200 weights, of which 20 are left
            Assert.Equal(0.4 - 1.1, (double)answer["generalisationGap"]!, 1e-12);  // the last epoch's, and that of test
            var prunings = answer["prunings"]!.AsArray();
            Assert.Equal([(2, 50.0, 2.0, 0.8, 0.6), (4, 90.0, 10.0, 0.5, 0.75)], prunings.Select(p =>
                ((int)p!["afterEpochs"]!, (double)p["achievedSparsity"]!, (double)p["compression"]!,
                    (double)p["accuracyBefore"]!, (double)p["accuracyAfter"]!)));
            Assert.Equal([0.25, -0.5], prunings.Select(p => Math.Round((double)p!["stability"]!, 6)));
        }
    }

    [Fact]
    public async Task A_dense_run_has_an_empty_list_of_prunings_and_a_waiting_run_has_no_list_yet()
    {
        var sweep = await SweepAsync();
        var waiting = (await RunsAsync(sweep, "?seed=0"))["items"]![0]!;
        await api.Situations.TrainAsync(sweep, (_, i) => i % 3);
        var succeeded = (await RunsAsync(sweep, "?seed=0"))["items"]![0]!;

        Assert.Equal((null, null, null), (waiting["compression"], waiting["generalisationGap"], waiting["prunings"]));
        Assert.Empty(succeeded["prunings"]!.AsArray());
    }

    [Fact]
    public async Task Metrics_are_one_row_for_each_epoch_and_split()
    {
        var run = (await api.Situations.RunsOfAsync(await SweepAsync()))[0];
        var lease = await api.Situations.ClaimAsync(run.Id);
        var metrics = new[] { Split.Train, Split.Validation }
            .Select(split => new RunMetric { RunId = run.Id, Epoch = 0, Split = split, Loss = 1, Accuracy = 0.5 });
        await api.Situations.Leases
            .RecordEpochAsync(lease, new EpochRecord([.. metrics], 1, null), CancellationToken.None);

        var page = await api.GetAsync($"/api/v1/runs/{run.Id}/metrics?pageSize=1");
        var next = await api.GetAsync($"/api/v1/runs/{run.Id}/metrics?pageSize=1&pageToken={page["nextPageToken"]}");

        Assert.Equal(2, (int)page["totalItems"]!);
        Assert.Equal(
            ["train", "validation"], new[] { page, next }.Select(part => (string?)part["items"]![0]!["split"]));
        Assert.Null(next["nextPageToken"]);
    }

    [Fact]
    public async Task Predictions_are_in_example_order_and_equal_those_in_psql()
    {
        var sweep = await SweepAsync();
        await api.Situations.TrainAsync(sweep, (_, i) => (i + 1) % 3);
        var run = (await api.Situations.RunsOfAsync(sweep))[0];

        var page = await api.GetAsync($"/api/v1/runs/{run.Id}/predictions?split=test");

        var served = page["items"]!.AsArray()
            .Select(p =>
                $"{p!["exampleId"]} {p["position"]} {p["predicted"]![0]} {string.Join(' ', p["scores"]!.AsArray())}")
            .ToList();
        Assert.Equal(Situations.TestExamples, served.Count);
        Assert.Equal(
            served,
            await ReadAsync(
                $"SELECT example_id || ' ' || position || ' ' || predicted || ' ' || array_to_string(scores, ' ') FROM "
                    + $"predictions WHERE run_id = '{run.Id}' ORDER BY position"));
    }

    [Fact]
    public async Task Predictions_after_an_epoch_are_served_for_the_training_split_only()
    {
        var run = (await api.Situations.RunsOfAsync(await SweepAsync()))[0];

        var problem = await api.ProblemAsync(
            HttpStatusCode.BadRequest, HttpMethod.Get, $"/api/v1/runs/{run.Id}/predictions?epoch=0");

        Assert.Contains("split=train", problem["errors"]!["epoch"]![0]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            0, (int)(await api.GetAsync($"/api/v1/runs/{run.Id}/predictions?epoch=0&split=train"))["totalItems"]!);
    }

    [Theory]
    [InlineData(0x0000, 0)]
    [InlineData(0x3c00, 1)]
    [InlineData(0xc000, -2)]
    [InlineData(0x7bff, 65504)]
    [InlineData(0x0001, 5.9604645e-8)]
    [InlineData(0x3555, 0.33325195)]
    [InlineData(0x7c00, float.PositiveInfinity)]
    [InlineData(0xfe00, float.NaN)]
    public async Task Float16_is_unpacked_in_sql_according_to_ieee_754(int bits, float value) =>
        Assert.Equal(value, await Sql.ScalarAsync(api.ConnectionString, $"SELECT pie_float16({bits})"));

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    private async Task<Guid> SweepAsync(params string[] methods) =>
        (Guid)(await api.PostAsync(
            "/api/v1/sweeps", Situations.Request(await api.Situations.DatasetAsync(), 3, methods)))["id"]!;

    private Task<JsonObject> RunsAsync(Guid sweep, string query) => api.GetAsync($"/api/v1/sweeps/{sweep}/runs{query}");
}
