using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Sweeps;

/// <summary>Pause, resume, cancel, retry, delete, and the reasons why a sweep waits.</summary>
public sealed class SweepControlTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Cancelling_ends_queued_runs_at_once_and_asks_running_ones_to_stop()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        var running = (await api.Situations.RunsOfAsync(sweep))[0];
        var lease = await api.Situations.ClaimAsync(running.Id);

        Assert.Equal(
            "cancelled", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);

        Assert.Equal(
            [new(running.Id, lease.Epoch, CancelRequested: true, PauseRequested: false)],
            await api.Situations.Leases.LookAsync([lease], CancellationToken.None));
        Assert.True(await api.Situations.Leases.YieldAsync(lease, CancellationToken.None));
        Assert.All(await api.Situations.RunsOfAsync(sweep), run => Assert.Equal(RunState.Cancelled, run.State));
        Assert.Equal(
            "cancelled", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);
    }

    [Fact]
    public async Task No_run_of_a_paused_sweep_is_trained_until_it_is_resumed()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 2));
        var running = (await api.Situations.RunsOfAsync(sweep))[0];
        var lease = await api.Situations.ClaimAsync(running.Id);

        for (var twice = 0; twice < 2; twice++)
            Assert.Equal(
                "paused", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/pause", new JsonObject()))["state"]);
        Assert.Equal(
            [new(running.Id, lease.Epoch, CancelRequested: false, PauseRequested: true)],
            await api.Situations.Leases.LookAsync([lease], CancellationToken.None));
        Assert.True(await api.Situations.Leases.YieldAsync(lease, CancellationToken.None));
        Assert.Empty(await api.Situations.ReadyAsync(sweep));
        Assert.All(
            await api.Situations.RunsOfAsync(sweep),
            run => Assert.Equal((RunState.Queued, 0), (run.State, run.Attempts)));

        for (var twice = 0; twice < 2; twice++)
            Assert.Equal(
                "queued", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/resume", new JsonObject()))["state"]);
        Assert.Equal(2, (await api.Situations.ReadyAsync(sweep)).Count);
    }

    [Fact]
    public async Task A_sweep_without_a_worker_reports_what_it_waits_for()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        Assert.Contains(
            "no worker is running", (string?)(await WaitingAsync(sweep)).Single(), StringComparison.Ordinal);

        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO workers (id, machine, slots, device, short_of, vectors, started_at, last_beat_at)
                    VALUES ('w', 'lab', 1, 'cpu', 'disk: 3 MiB are free', ARRAY[]::text[], now(), now())
                """);
            Assert.Equal("lab is short of disk: 3 MiB are free", (string?)(await WaitingAsync(sweep)).Single());
            await db.Database.ExecuteSqlAsync($"UPDATE workers SET short_of = NULL");
            Assert.Empty(await WaitingAsync(sweep));
            var request = Situations.Request(await api.Situations.DatasetAsync(), 1);
            request["models"]![0]!["vectors"] = "glove";
            Assert.Contains(
                "word vectors 'glove'", (string?)(await WaitingAsync(await api.SubmitAsync(request))).Single(),
                StringComparison.Ordinal);
            await WaitsForUnusableVectorsAsync(db);
            await WaitsForACheckpointAsync(db);
            await db.Database.ExecuteSqlAsync($"DELETE FROM workers");
        }
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        Assert.Empty(await WaitingAsync(sweep));
    }

    /// <summary>The reason is that of the file, which has several names.</summary>
    private async Task WaitsForUnusableVectorsAsync(PieDbContext db)
    {
        await db.Database.ExecuteSqlAsync($$"""
            UPDATE workers SET models = '[{"name":"glove","kind":"vectors","dimensions":null,"layers":null,"parameters":null,"sha256":null,"error":"glove.txt is empty","aliases":["glove.txt"]}]'
            """);
        foreach (var name in new[] { "glove", "glove.txt" })
        {
            var request = Situations.Request(await api.Situations.DatasetAsync(), 1);
            request["models"]![0]!["vectors"] = name;
            Assert.Equal(
                $"no live worker can use the word vectors '{name}'. lab cannot use it: glove.txt is empty",
                (string?)(await WaitingAsync(await api.SubmitAsync(request))).Single());
        }
    }

    /// <summary>With one live worker, which has all resources it needs.</summary>
    private async Task WaitsForACheckpointAsync(PieDbContext db)
    {
        var request = Situations.BertRequest(await api.Situations.DatasetAsync(), "minilm");
        var sweep = await api.SubmitAsync(request);
        Assert.Contains(
            "no live worker has the checkpoint 'minilm'", (string?)(await WaitingAsync(sweep)).Single(),
            StringComparison.Ordinal);
        Assert.Equal((await WaitingAsync(sweep)).ToJsonString(), (await PlannedWaitingAsync(request)).ToJsonString());

        await db.Database.ExecuteSqlAsync($$"""
            UPDATE workers SET models = '[{"name":"minilm","kind":"bert","dimensions":null,"layers":null,"parameters":null,"sha256":null,"error":"vocab.txt lacks [UNK]"}]'
            """);
        Assert.Equal(
            "no live worker can use the checkpoint 'minilm'. lab cannot use it: vocab.txt lacks [UNK]",
            (string?)(await WaitingAsync(sweep)).Single());

        await db.Database.ExecuteSqlAsync($$"""UPDATE workers SET checkpoints = '{minilm}'""");
        Assert.Empty(await WaitingAsync(sweep));
        Assert.Empty(await PlannedWaitingAsync(request));

        request["models"]![0]!["device"] = "cuda";
        Assert.Contains(
            "no live worker trains on a GPU", (string?)(await PlannedWaitingAsync(request)).Single(),
            StringComparison.Ordinal);
        await db.Database.ExecuteSqlAsync($"UPDATE workers SET device_type = 'cuda'");
        Assert.Empty(await PlannedWaitingAsync(request));

        // One worker has the GPU and another one the checkpoint.
        await db.Database.ExecuteSqlAsync($$"""
            UPDATE workers SET checkpoints = '{}';
            INSERT INTO workers (id, machine, slots, device, vectors, checkpoints, started_at, last_beat_at)
                VALUES ('other', 'other', 1, 'cpu', '{}', '{minilm}', now(), now())
            """);
        Assert.Empty(await WaitingAsync(sweep));
        Assert.Contains(
            "trains on a GPU (\"device\": \"cuda\") and also has the checkpoint 'minilm'",
            (string?)(await PlannedWaitingAsync(request)).Single(), StringComparison.Ordinal);
        request["datasetId"] = (await api.Situations.DatasetAsync()).Id;
        var onGpu = await api.SubmitAsync(request);
        Assert.Contains(
            "and also has the checkpoint 'minilm'", (string?)(await WaitingAsync(onGpu)).Single(),
            StringComparison.Ordinal);
        request["models"]![0]!["device"] = "any";
        await api.SubmitAsync(request);
        Assert.Empty(await WaitingAsync(onGpu));
    }

    /// <summary>A sweep of another dataset, whose runs are still to be trained.</summary>
    private async Task<JsonArray> PlannedWaitingAsync(JsonNode request)
    {
        var asked = request.DeepClone();
        asked["datasetId"] = (await api.Situations.DatasetAsync()).Id;
        return (await api.PostAsync("/api/v1/sweeps?validateOnly=true", asked, HttpStatusCode.OK))["plan"]![
            "waitingFor"]!.AsArray();
    }

    [Fact]
    public async Task A_run_is_paused_only_if_every_live_sweep_that_wants_it_is_paused()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second) =
            (await api.SubmitAsync(Situations.Request(dataset, 1)), await api.SubmitAsync(
                Situations.Request(dataset, 1)));

        await api.PostAsync($"/api/v1/sweeps/{first}/pause", new JsonObject());
        Assert.Single(await api.Situations.ReadyAsync(second));
        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        Assert.Empty(await api.Situations.ReadyAsync(first));
        var third = await api.SubmitAsync(Situations.Request(dataset, 1));
        Assert.Single(await api.Situations.ReadyAsync(third));
        await api.PostAsync($"/api/v1/sweeps/{third}/pause", new JsonObject());
        Assert.Empty(await api.Situations.ReadyAsync(third));
        await api.PostAsync($"/api/v1/sweeps/{first}/resume", new JsonObject());
        Assert.Single(await api.Situations.ReadyAsync(first));
    }

    [Fact]
    public async Task Failed_runs_start_again_on_request()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 2));
        var runs = await api.Situations.RunsOfAsync(sweep);
        foreach (var run in runs)
            await api.Situations.Leases.FailAttemptAsync(
                await api.Situations.ClaimAsync(run.Id), "broken", retry: false, CancellationToken.None);
        Assert.Equal("failed", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);

        Assert.Equal(
            "queued",
            (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/retry-failed", new JsonObject()))["state"]);
        Assert.All(
            await api.Situations.RunsOfAsync(sweep),
            run => Assert.Equal(
                (RunState.Queued, 0, null, null, null),
                (run.State, run.Attempts, run.Error, run.StartedAt, run.FinishedAt)));

        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject());
        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/sweeps/{sweep}/retry-failed");
        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/sweeps/{sweep}/resume");
    }

    [Fact]
    public async Task Runs_whose_model_is_kept_predict_again_and_the_sweep_waits_for_them()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (sweep, other) =
            (await api.SubmitAsync(Situations.Request(dataset, 2)), await api.SubmitAsync(
                Situations.Request(dataset, 2)));
        await api.Situations.TrainAsync(sweep, (_, _) => 0, model: run => run.Seed == 0 ? Kept : null);
        await api.Situations.LabelAsync(sweep);

        Assert.Equal("running", await PredictAgainAsync(sweep));
        Assert.Equal("running", (string?)(await api.GetAsync($"/api/v1/sweeps/{other}"))["state"]);
        var runs = await api.Situations.RunsOfAsync(sweep);
        Assert.Equal(
            [(RunState.Queued, true), (RunState.Succeeded, false)], runs.Select(run => (run.State, run.PredictAgain)));

        Assert.True(await PredictedAsync(runs[0]));
        var predicted = (await api.Situations.RunsOfAsync(sweep))[0];
        Assert.Equal(
            (RunState.Succeeded, false, true), (predicted.State, predicted.PredictAgain, predicted.IsRepeatable));
        Assert.NotEqual(runs[0].PredictionHash, predicted.PredictionHash);
        // The result of the training still exists, and the environment of the new predictions is beside it.
        Assert.Equal(
            (Kept, Situations.Outcome.Host, "cuda:0"),
            (predicted.Model, predicted.Outcome!.Host, predicted.Outcome.PredictedBy!.Device));
        Assert.StartsWith(
            "cuda:0, AMD EPYC", (string?)(await api.GetAsync($"/api/v1/runs/{predicted.Id}"))["predictedBy"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_is_running_until_its_labels_are_computed_from_the_new_predictions()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, _) => 0, model: _ => Kept);
        await api.Situations.LabelAsync(sweep);
        Assert.Equal("succeeded", await StateAsync(sweep));
        Assert.Equal(0, await PiesAsync());

        await PredictAgainAsync(sweep);
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
            Assert.True(await PredictedAsync(run, classes: run.Sparsity > 0 ? 1 : 0));

        Assert.Equal("running", await StateAsync(sweep));
        await api.Situations.LabelAsync(sweep);
        Assert.Equal("succeeded", await StateAsync(sweep));
        Assert.Equal(Situations.TestExamples, await PiesAsync());

        async Task<int> PiesAsync() =>
            (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["pies"]!;
    }

    [Fact]
    public async Task A_sweep_whose_runs_predict_again_is_not_deleted_and_cancelling_one_leaves_them_to_the_other()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second) =
            (await api.SubmitAsync(Situations.Request(dataset, 1)), await api.SubmitAsync(
                Situations.Request(dataset, 1)));
        await api.Situations.TrainAsync(first, (_, _) => 0, model: _ => Kept);
        await PredictAgainAsync(first);

        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Delete, $"/api/v1/sweeps/{first}");
        await api.PostAsync($"/api/v1/sweeps/{first}/cancel", new JsonObject());
        Assert.True((await api.Situations.RunsOfAsync(second)).Single().PredictAgain);
        Assert.True(await PredictedAsync((await api.Situations.RunsOfAsync(second)).Single()));
        Assert.Equal(("succeeded", "succeeded"), (await StateAsync(first), await StateAsync(second)));
    }

    [Fact]
    public async Task A_run_is_trained_if_predicting_again_does_not_give_what_a_newer_sweep_wants()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, _) => 0, model: _ => Kept);
        await PredictAgainAsync(first);
        var lease = await api.Situations.ClaimAsync((await api.Situations.RunsOfAsync(first)).Single().Id);
        var wanting = Situations.Request(dataset, 1);
        wanting["predictSplits"] = new JsonArray("test", "train");
        var second = await api.SubmitAsync(wanting);

        await api.Situations.Leases.FailAttemptAsync(lease, "the model is gone", retry: false, CancellationToken.None);

        var run = (await api.Situations.RunsOfAsync(second)).Single();
        Assert.Equal((RunState.Queued, false, 0), (run.State, run.PredictAgain, run.Attempts));
    }

    [Fact]
    public async Task A_run_that_cannot_predict_again_keeps_its_predictions_and_has_an_error()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0, model: _ => Kept);
        await PredictAgainAsync(sweep);
        var run = (await api.Situations.RunsOfAsync(sweep))[0];

        await api.Situations.Leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run.Id), "the model is gone", retry: false, CancellationToken.None);

        var ended = (await api.Situations.RunsOfAsync(sweep))[0];
        Assert.Equal(
            (RunState.Succeeded, false, "the model is gone", run.PredictionHash),
            (ended.State, ended.PredictAgain, ended.Error, ended.PredictionHash));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task Predicting_again_waits_while_its_sweep_is_paused_and_is_abandoned_when_it_is_cancelled()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0, model: _ => Kept);
        await PredictAgainAsync(sweep);

        Assert.Equal(
            "paused", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/pause", new JsonObject()))["state"]);
        Assert.Empty(await api.Situations.ReadyAsync(sweep));
        await api.PostAsync($"/api/v1/sweeps/{sweep}/resume", new JsonObject());
        Assert.Single(await api.Situations.ReadyAsync(sweep));
        Assert.Equal(
            "succeeded", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);
        Assert.Equal(
            (RunState.Succeeded, false),
            (await api.Situations.RunsOfAsync(sweep)).Select(run => (run.State, run.PredictAgain)).Single());
    }

    [Fact]
    public async Task Runs_without_a_kept_model_cannot_predict_again()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);

        var problem = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/sweeps/{sweep}/predict-again");

        Assert.Contains("keepModels", (string?)problem["detail"], StringComparison.Ordinal);
        await api.PostAsync(
            $"/api/v1/sweeps/{await CancelledAsync()}/predict-again", new JsonObject(), HttpStatusCode.Conflict);

        async Task<Guid> CancelledAsync()
        {
            var cancelled = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
            await api.PostAsync($"/api/v1/sweeps/{cancelled}/cancel", new JsonObject());
            return cancelled;
        }
    }

    private async Task<string?> StateAsync(Guid sweep) =>
        (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"];

    /// <summary>Acts as a worker on another machine whose model predicts one class for every example.</summary>
    private async Task<bool> PredictedAsync(Run run, int classes = 1)
    {
        var trained = Situations.Outcome;
        var by = new PredictedBy("cuda:0", "avx2 GenuineIntel", 2, trained.Host, 20, "test");
        return await api.Situations.Leases.PredictAgainAsync(
            await api.Situations.ClaimAsync(run.Id), trained.Test, threshold: null, by,
            [Situations.Predictions(run, (_, _) => classes)], CancellationToken.None);
    }

    private static KeptModel Kept => new("models/kept.safetensors", "its store", 1, new string('0', 64));

    private async Task<string?> PredictAgainAsync(Guid sweep) =>
        (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/predict-again", new JsonObject()))["state"];

    [Fact]
    public async Task A_sweep_is_not_deleted_while_a_comparison_of_it_is_labelled()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        await using var worker = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await using var labelling = await worker.Database.BeginTransactionAsync();
        await worker.Database.ExecuteSqlAsync($"SELECT FROM comparisons WHERE sweep_id = {sweep} FOR KEY SHARE");

        var problem = await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Delete, $"/api/v1/sweeps/{sweep}");

        Assert.Contains("is being labelled", (string?)problem["detail"], StringComparison.Ordinal);
        await labelling.RollbackAsync();
        using var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{sweep}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task A_sweep_is_deleted_with_the_runs_of_no_other_sweep_but_not_before_it_has_ended()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (small, large) =
            (await api.SubmitAsync(Situations.Request(dataset, 2)), await api.SubmitAsync(
                Situations.Request(dataset, 2, "MP-AI")));
        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Delete, $"/api/v1/sweeps/{large}");
        await api.Situations.TrainAsync(large, (_, _) => 0);
        await api.Situations.LabelAsync(large);
        var runs = await api.Situations.RunsOfAsync(large);

        using (var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{small}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(runs.Select(run => run.Id), (await api.Situations.RunsOfAsync(large)).Select(run => run.Id));
        Assert.All(await api.Situations.RunsOfAsync(large), run => Assert.Equal(large, run.SweepId));

        using (var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{large}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/sweeps/{large}");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/runs/{runs[0].Id}");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/api/v1/sweeps/{large}");
    }

    [Fact]
    public async Task Cancelling_a_sweep_that_has_ended_changes_nothing()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);

        Assert.Equal(
            "succeeded", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);
    }

    private async Task<JsonArray> WaitingAsync(Guid sweep) =>
        (await api.GetAsync($"/api/v1/sweeps/{sweep}"))["waitingFor"]!.AsArray();
}
