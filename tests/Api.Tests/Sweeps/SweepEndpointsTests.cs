using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Sweeps;

public sealed class SweepEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_sweep_is_accepted_with_its_location_and_its_progress()
    {
        var dataset = await api.Situations.DatasetAsync();

        using var response = await api.Client.PostAsJsonAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "IMP", "MP-AI"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var sweep = await api.GetAsync(response.Headers.Location!.OriginalString);
        Assert.Equal("queued", (string?)sweep["state"]);
        Assert.Null(sweep["startedAt"]);
        // dense 2 epochs, IMP 8, MP-AI 2, three seeds each; IMP shares the dense run's two.
        Assert.Equal("""{"total":36,"done":0,"shared":6}""", sweep["progress"]!["epochs"]!.ToJsonString());
        Assert.Equal("""{"total":9,"queued":9,"running":0,"succeeded":0,"failed":0,"cancelled":0}""", sweep["progress"]!["runs"]!.ToJsonString());
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_request_is_said_at_once() => Assert.Equal(
        ["name", "methods[1]", "sparsities[1]", "foo", "datasetId", "models[0].architecture", "methods[2]", "methods[3]", "sparsities[0]", "sparsities[2]", "seeds.count"],
        await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", """
            { "name": 3, "methods": ["IMP", "XX", "dense", "IMP"], "sparsities": [0, "x", 150], "foo": 1, "models": [{}], "seeds": { "count": 1000000000 } }
            """));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\"}")]
    public async Task A_body_that_is_no_request_is_a_bad_request(string body) =>
        Assert.NotEmpty(await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", body));

    [Fact]
    public async Task A_body_that_is_not_called_json_is_an_unsupported_media_type()
    {
        using var response = await api.Client.PostAsync("/api/v1/sweeps", new StringContent("name=x", null, "text/plain"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Validation_answers_with_the_plan_and_stores_nothing()
    {
        var dataset = await api.Situations.DatasetAsync();

        var answer = await api.PostAsync("/api/v1/sweeps?validateOnly=true", Situations.Request(dataset, 3, "IMP"), HttpStatusCode.OK);

        var plan = answer["plan"]!;
        Assert.Equal("""{"requested":30,"shared":6,"toTrain":24}""", plan["epochs"]!.ToJsonString());
        Assert.Equal((6, 1, 6 * 8 * 8), ((int)plan["runs"]!, (int)plan["comparisons"]!, (int)plan["predictionBytes"]!));
        Assert.True((double)plan["estimatedSeconds"]! > 0);
        Assert.Equal(0, (int)(await api.GetAsync($"/api/v1/sweeps?datasetId={dataset.Id}"))["totalItems"]!);
    }

    [Fact]
    public async Task A_run_that_exists_is_linked_and_its_epochs_are_shared()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        await api.Situations.TrainAsync(first, (_, _) => 0);

        var second = await SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));

        var progress = (await api.GetAsync($"/api/v1/sweeps/{second}"))["progress"]!;
        Assert.Equal("""{"total":6,"queued":2,"running":0,"succeeded":4,"failed":0,"cancelled":0}""", progress["runs"]!.ToJsonString());
        Assert.Equal("""{"total":12,"done":8,"shared":8}""", progress["epochs"]!.ToJsonString());
        var shared = (await api.Situations.RunsOfAsync(first))[0];
        var run = await api.GetAsync($"/api/v1/runs/{shared.Id}");
        Assert.Equal(new[] { first.ToString(), second.ToString() }.Order(), run["sweepIds"]!.AsArray().Select(id => (string?)id).Order());
    }

    [Fact]
    public async Task Two_sweeps_at_the_same_moment_train_a_run_once()
    {
        var dataset = await api.Situations.DatasetAsync();

        var sweeps = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SubmitAsync(Situations.Request(dataset, 3, "IMP"))));

        var runs = await Task.WhenAll(sweeps.Select(sweep => api.Situations.RunsOfAsync(sweep)));
        Assert.Equal(6, runs.SelectMany(run => run).Select(run => run.Id).Distinct().Count());
    }

    [Fact]
    public async Task Cancelling_ends_queued_runs_at_once_and_asks_running_ones_to_stop()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        var running = (await api.Situations.RunsOfAsync(sweep))[0];
        var lease = await api.Situations.ClaimAsync(running.Id);

        Assert.Equal("cancelled", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);

        Assert.Equal([new(running.Id, lease.Epoch, CancelRequested: true, PauseRequested: false)], await api.Situations.Leases.LookAsync([lease], CancellationToken.None));
        Assert.True(await api.Situations.Leases.YieldAsync(lease, CancellationToken.None));
        Assert.All(await api.Situations.RunsOfAsync(sweep), run => Assert.Equal(RunState.Cancelled, run.State));
        Assert.Equal("cancelled", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);
    }

    [Fact]
    public async Task A_run_that_another_sweep_wants_survives_a_cancel_and_a_cancelled_one_comes_back_when_asked_for()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second) = (await SubmitAsync(Situations.Request(dataset, 1)), await SubmitAsync(Situations.Request(dataset, 1)));

        await api.PostAsync($"/api/v1/sweeps/{first}/cancel", new JsonObject());
        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(second)).Single().State);

        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        Assert.Equal(RunState.Cancelled, (await api.Situations.RunsOfAsync(second)).Single().State);

        var third = await SubmitAsync(Situations.Request(dataset, 1));
        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(third)).Single().State);
    }

    [Fact]
    public async Task A_paused_sweep_is_left_alone_until_it_is_resumed()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await SubmitAsync(Situations.Request(dataset, 2));
        var running = (await api.Situations.RunsOfAsync(sweep))[0];
        var lease = await api.Situations.ClaimAsync(running.Id);

        for (var twice = 0; twice < 2; twice++)
            Assert.Equal("paused", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/pause", new JsonObject()))["state"]);
        Assert.Equal([new(running.Id, lease.Epoch, CancelRequested: false, PauseRequested: true)], await api.Situations.Leases.LookAsync([lease], CancellationToken.None));
        Assert.True(await api.Situations.Leases.YieldAsync(lease, CancellationToken.None));
        Assert.Empty(await ReadyAsync(sweep));
        Assert.All(await api.Situations.RunsOfAsync(sweep), run => Assert.Equal((RunState.Queued, 0), (run.State, run.Attempts)));

        for (var twice = 0; twice < 2; twice++)
            Assert.Equal("queued", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/resume", new JsonObject()))["state"]);
        Assert.Equal(2, (await ReadyAsync(sweep)).Count);
    }

    [Fact]
    public async Task A_sweep_that_nobody_works_for_says_what_it_waits_for()
    {
        var sweep = await SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        Assert.Contains("no worker is alive", (string?)(await WaitingAsync(sweep)).Single(), StringComparison.Ordinal);

        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync())
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO workers (id, machine, slots, device, short_of, vectors, started_at, last_beat_at) VALUES ('w', 'lab', 1, 'cpu', 'disk: 3 MiB are free', ARRAY[]::text[], now(), now())
                """);
            Assert.Equal("lab is short of disk: 3 MiB are free", (string?)(await WaitingAsync(sweep)).Single());
            await db.Database.ExecuteSqlAsync($"UPDATE workers SET short_of = NULL");
            Assert.Empty(await WaitingAsync(sweep));
            var request = Situations.Request(await api.Situations.DatasetAsync(), 1);
            request["models"]![0]!["vectors"] = "glove";
            Assert.Contains("word vectors 'glove'", (string?)(await WaitingAsync(await SubmitAsync(request))).Single(), StringComparison.Ordinal);
            await db.Database.ExecuteSqlAsync($"DELETE FROM workers");
        }
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        Assert.Empty(await WaitingAsync(sweep));
    }

    private async Task<JsonArray> WaitingAsync(Guid sweep) => (await api.GetAsync($"/api/v1/sweeps/{sweep}"))["waitingFor"]!.AsArray();

    [Fact]
    public async Task A_run_rests_only_when_every_live_sweep_that_wants_it_is_paused()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second) = (await SubmitAsync(Situations.Request(dataset, 1)), await SubmitAsync(Situations.Request(dataset, 1)));

        await api.PostAsync($"/api/v1/sweeps/{first}/pause", new JsonObject());
        Assert.Single(await ReadyAsync(second));
        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        Assert.Empty(await ReadyAsync(first));
        var third = await SubmitAsync(Situations.Request(dataset, 1));
        Assert.Single(await ReadyAsync(third));
        await api.PostAsync($"/api/v1/sweeps/{third}/pause", new JsonObject());
        Assert.Empty(await ReadyAsync(third));
        await api.PostAsync($"/api/v1/sweeps/{first}/resume", new JsonObject());
        Assert.Single(await ReadyAsync(first));
    }

    [Fact]
    public async Task Failed_runs_start_anew_when_that_is_asked()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await SubmitAsync(Situations.Request(dataset, 2));
        var runs = await api.Situations.RunsOfAsync(sweep);
        foreach (var run in runs)
            await api.Situations.Leases.FailAttemptAsync(await api.Situations.ClaimAsync(run.Id), "broken", retry: false, CancellationToken.None);
        Assert.Equal("failed", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);

        Assert.Equal("queued", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/retry-failed", new JsonObject()))["state"]);
        Assert.All(await api.Situations.RunsOfAsync(sweep), run => Assert.Equal((RunState.Queued, 0, null), (run.State, run.Attempts, run.Error)));

        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject());
        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/sweeps/{sweep}/retry-failed");
    }

    [Fact]
    public async Task A_sweep_is_deleted_with_what_it_alone_has_but_not_while_it_is_at_work()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (small, large) = (await SubmitAsync(Situations.Request(dataset, 2)), await SubmitAsync(Situations.Request(dataset, 2, "MP-AI")));
        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Delete, $"/api/v1/sweeps/{large}");
        await api.Situations.TrainAsync(large, (_, _) => 0);
        await api.Situations.LabelAsync(large);
        var runs = await api.Situations.RunsOfAsync(large);

        using (var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{small}")) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(runs.Select(run => run.Id), (await api.Situations.RunsOfAsync(large)).Select(run => run.Id));
        Assert.All(await api.Situations.RunsOfAsync(large), run => Assert.Equal(large, run.SweepId));

        using (var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{large}")) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/sweeps/{large}");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/runs/{runs[0].Id}");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/api/v1/sweeps/{large}");
    }

    [Fact]
    public async Task A_split_that_a_finished_run_did_not_predict_has_it_trained_again_and_the_same_answers_count_as_repeated()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("train");

        var second = await SubmitAsync(request);

        var run = (await api.Situations.RunsOfAsync(second)).Single();
        Assert.Equal((RunState.Queued, "test train"), (run.State, string.Join(' ', run.PredictSplits)));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        var again = await api.Situations.ClaimAsync(run.Id);
        await api.Situations.Leases.SucceedAsync(again, Situations.Outcome, "cpu", Situations.Everything(run, (_, i) => i % 2), CancellationToken.None);
        Assert.Equal((RunState.Succeeded, true), ((await api.Situations.RunsOfAsync(first)).Single().State, (await api.Situations.RunsOfAsync(first)).Single().IsRepeatable));
        Assert.Equal(2, (int)(await api.GetAsync($"/api/v1/runs/{run.Id}/predictions?split=train&pageSize=2"))["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("cuda:0", true)]
    public async Task Other_answers_under_the_same_conditions_are_told(string device, bool isRepeatable)
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("train");
        var run = (await api.Situations.RunsOfAsync(await SubmitAsync(request))).Single();

        var again = await api.Situations.ClaimAsync(run.Id);
        await api.Situations.Leases.SucceedAsync(again, Situations.Outcome, device, Situations.Everything(run, (_, _) => 2), CancellationToken.None);

        Assert.Equal(isRepeatable, (bool)(await api.GetAsync($"/api/v1/runs/{run.Id}"))["repeatable"]!);
    }

    [Fact]
    public async Task A_run_that_did_not_know_of_a_wanted_split_in_time_is_queued_again()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await SubmitAsync(Situations.Request(dataset, 1));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();
        var lease = await api.Situations.ClaimAsync(run.Id);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("test", "train");
        await SubmitAsync(request);

        await api.Situations.Leases.SucceedAsync(lease, Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)], CancellationToken.None);

        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(sweep)).Single().State);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("fail")]
    public async Task What_becomes_of_a_run_that_another_sweep_has_trained_again_does_not_touch_a_sweep_that_has_its_answers(string end)
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await SubmitAsync(Situations.Request(dataset, 2));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 2);
        request["predictSplits"] = new JsonArray("train");
        var second = await SubmitAsync(request);
        var run = (await api.Situations.RunsOfAsync(second))[0];
        var lease = await api.Situations.ClaimAsync(run.Id);

        if (end == "fail") await api.Situations.Leases.FailAttemptAsync(lease, "broken", retry: false, CancellationToken.None);
        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        if (end == "cancel")
        {
            Assert.True((await api.Situations.Leases.LookAsync([lease], CancellationToken.None)).Single().CancelRequested);
            await api.Situations.Leases.YieldAsync(lease, CancellationToken.None);
            Assert.All(await api.Situations.RunsOfAsync(first), again => Assert.Equal(RunState.Succeeded, again.State));
        }

        Assert.Empty(await ReadyAsync(second));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        Assert.Equal(4, (int)(await api.GetAsync($"/api/v1/sweeps/{first}"))["progress"]!["epochs"]!["done"]!);
        var third = await SubmitAsync(Situations.Request(dataset, 2));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{third}"))["state"]);
    }

    [Fact]
    public async Task Sweeps_that_are_submitted_and_cancelled_at_the_same_moment_never_leave_a_wanted_run_cancelled()
    {
        var dataset = await api.Situations.DatasetAsync();
        for (var round = 0; round < 10; round++)
        {
            var first = await SubmitAsync(Situations.Request(dataset, 20));
            var submitting = SubmitAsync(Situations.Request(dataset, 20));
            var cancelling = api.PostAsync($"/api/v1/sweeps/{first}/cancel", new JsonObject());
            await Task.WhenAll(submitting, cancelling);
            var second = await submitting;
            Assert.All(await api.Situations.RunsOfAsync(second), run => Assert.Equal((RunState.Queued, null), (run.State, run.CancelRequestedAt)));

            // Both at once: each sees that the other is gone, or is the last one.
            var third = await SubmitAsync(Situations.Request(dataset, 20));
            await Task.WhenAll(
                api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject()), api.PostAsync($"/api/v1/sweeps/{third}/cancel", new JsonObject()));
            Assert.All(await api.Situations.RunsOfAsync(third), run => Assert.Equal(RunState.Cancelled, run.State));
        }
    }

    [Fact]
    public async Task Cancelling_a_sweep_that_has_ended_changes_nothing()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);

        Assert.Equal("succeeded", (string?)(await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject()))["state"]);
    }

    [Fact]
    public async Task The_list_has_the_newest_first_and_every_sweep_once()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweeps = new List<Guid>();
        for (var i = 0; i < 5; i++) sweeps.Add(await SubmitAsync(Situations.Request(dataset, 1)));

        var (listed, token) = (new List<Guid>(), (string?)null);
        do
        {
            var page = await api.GetAsync($"/api/v1/sweeps?datasetId={dataset.Id}&state=queued&pageSize=2" + (token is null ? "" : $"&pageToken={token}"));
            Assert.Equal(5, (int)page["totalItems"]!);
            listed.AddRange(page["items"]!.AsArray().Select(sweep => (Guid)sweep!["id"]!));
            token = (string?)page["nextPageToken"];
        }
        while (token is not null);

        Assert.Equal(Enumerable.Reverse(sweeps), listed);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"methods":["\ud800"],"sparsities":["\ud800"]}""")]
    public async Task Half_a_surrogate_pair_is_bad_input(string body) =>
        Assert.Equal(["$"], await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", body));

    [Theory]
    [InlineData("?pageSize=0", "pageSize")]
    [InlineData("?pageSize=1001", "pageSize")]
    [InlineData("?pageSize=x", "pageSize")]
    [InlineData("?pageToken=x", "pageToken")]
    [InlineData("?state=Queued", "state")]
    [InlineData("?foo=1", "foo")]
    [InlineData("?pageSize=1&pageSize=2", "pageSize")]
    [InlineData("?datasetId=1", "datasetId")]
    public async Task A_parameter_that_is_unknown_or_has_no_meaning_is_an_error(string query, string field) =>
        Assert.Equal([field], await api.InvalidFieldsAsync(HttpMethod.Get, "/api/v1/sweeps" + query));

    [Theory]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000/runs")]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000/comparisons")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000/metrics")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000/predictions")]
    [InlineData("/api/v1/comparisons/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/comparisons/00000000-0000-0000-0000-000000000000/pies")]
    [InlineData("/api/v1/examples/00000000-0000-0000-0000-000000000000/predictions")]
    [InlineData("/api/v1/sweeps/not-an-id")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_is_not_found(string path) => await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);

    /// <summary>The runs of a sweep that a worker could claim.</summary>
    private async Task<List<Guid>> ReadyAsync(Guid sweep)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();
        return await db.Database.SqlQuery<Guid>(
            $"SELECT id AS \"Value\" FROM ready_runs JOIN sweep_runs ON run_id = id WHERE sweep_runs.sweep_id = {sweep}").ToListAsync();
    }

    private async Task<Guid> SubmitAsync(JsonObject request) => (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
}
