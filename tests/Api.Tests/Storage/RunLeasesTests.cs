using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class RunLeasesTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private readonly RunLeases leases = api.Situations.Leases;

    [Fact]
    public async Task One_of_many_concurrent_claims_of_a_run_succeeds()
    {
        var run = await QueuedRunAsync();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(i => leases.ClaimNextAsync(
                    new Claimant($"worker {i}", null, [], [], "cpu"), CancellationToken.None)));

        Assert.Equal(run, Assert.Single(claims, claim => claim is not null)!.Run.Id);
    }

    [Fact]
    public async Task A_lost_lease_has_no_effect_any_more()
    {
        var run = await QueuedRunAsync();
        var lost = await api.Situations.ClaimAsync(run);
        await ExpireAsync(run);
        await leases.ReclaimLostAsync(CancellationToken.None);
        Assert.Null(await leases.ClaimNextAsync(api.Situations.Worker, CancellationToken.None));
        await UpdateAsync($"UPDATE runs SET not_before = NULL WHERE id = {run}");
        var current = await api.Situations.ClaimAsync(run);

        Assert.False(await leases.RecordEpochAsync(lost, new EpochRecord([], 1, null), CancellationToken.None));
        Assert.False(await SucceedAsync(lost));
        Assert.False(await leases.FailAttemptAsync(lost, "too late", retry: false, CancellationToken.None));
        Assert.False(await leases.YieldAsync(lost, CancellationToken.None));
        Assert.Empty(await leases.LookAsync([lost], CancellationToken.None));
        Assert.True(await SucceedAsync(current));
        Assert.Equal((RunState.Succeeded, 1, 1), await StateAsync(run));
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_lease_from_being_reclaimed()
    {
        var run = await QueuedRunAsync();
        var lease = await api.Situations.ClaimAsync(run);
        await ExpireAsync(run);

        await leases.BeatAsync([lease], CancellationToken.None);
        Assert.Equal(
            [new HeldLease(run, lease.Epoch, false, false)], await leases.LookAsync([lease], CancellationToken.None));
        await leases.ReclaimLostAsync(CancellationToken.None);

        Assert.Equal((RunState.Running, 1, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_failed_attempt_is_retried_later_up_to_the_limit()
    {
        var run = await QueuedRunAsync();

        await leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run), "first", retry: true, CancellationToken.None);
        Assert.Equal((RunState.Queued, 1, 0), await StateAsync(run));
        Assert.Null(await leases.ClaimNextAsync(api.Situations.Worker, CancellationToken.None));

        for (var attempt = 2; attempt <= 3; attempt++)
        {
            await UpdateAsync($"UPDATE runs SET not_before = now() WHERE id = {run}");
            await leases.FailAttemptAsync(
                await api.Situations.ClaimAsync(run), "again", retry: true, CancellationToken.None);
        }
        Assert.Equal((RunState.Failed, 3, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_run_that_cannot_succeed_is_not_retried()
    {
        var run = await QueuedRunAsync();

        await leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run), "no such vectors", retry: false, CancellationToken.None);

        Assert.Equal((RunState.Failed, 1, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_run_that_is_returned_to_the_queue_does_not_count_as_an_attempt()
    {
        var run = await QueuedRunAsync();

        await leases.YieldAsync(await api.Situations.ClaimAsync(run), CancellationToken.None);

        Assert.Equal((RunState.Queued, 0, 0), await StateAsync(run));
    }

    [Fact]
    public async Task Metrics_of_an_epoch_that_is_trained_again_replace_the_first_ones()
    {
        var run = await QueuedRunAsync();
        var lease = await api.Situations.ClaimAsync(run);
        for (var time = 1; time <= 2; time++)
        {
            var metric = new RunMetric { RunId = run, Epoch = 0, Loss = time };
            Assert.True(
                await leases.RecordEpochAsync(lease, new EpochRecord([metric], 1, null), CancellationToken.None));
        }

        await using var db = Db();
        Assert.Equal(2.0, (await db.RunMetrics.SingleAsync(metric => metric.RunId == run)).Loss);
    }

    [Fact]
    public async Task Runs_are_claimed_by_priority_then_in_the_order_of_their_requests()
    {
        var expected = new List<Guid>();
        var (bulk, normal, high) =
            (await SubmitAsync(seeds: 3, "bulk"), await SubmitAsync(seeds: 3, "normal"),
                await SubmitAsync(seeds: 3, "high"));
        foreach (var sweep in new[] { high, normal, bulk })
            expected.AddRange((await api.Situations.RunsOfAsync(sweep)).Select(run => run.Id));

        Assert.Equal(expected, await ClaimAllAsync(api.Situations.Worker));
    }

    [Fact]
    public async Task A_branch_waits_for_its_trunk_and_goes_first_to_a_worker_that_holds_it()
    {
        var sweep =
            (Guid)(await api.PostAsync(
                "/api/v1/sweeps", Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP")))["id"]!;
        var runs = await api.Situations.RunsOfAsync(sweep);
        var (here, there) = (new Claimant("here", "A", [], [], "cpu"), new Claimant("there", "B", [], [], "cpu"));
        var dense = new List<(Claimant By, ClaimedRun Claimed)>();
        foreach (var claimant in new[] { there, here })
            dense.Add((claimant, (await leases.ClaimNextAsync(claimant, CancellationToken.None))!));
        Assert.Equal([runs[0].Id, runs[1].Id], dense.Select(claim => claim.Claimed.Run.Id));
        Assert.Null(await leases.ClaimNextAsync(here, CancellationToken.None));
        foreach (var (by, claimed) in dense)
        {
            await leases.RecordEpochAsync(
                claimed.Lease, new EpochRecord([], 2, new StoredCheckpoint("p", "s", by.Store!)),
                CancellationToken.None);
            Assert.True(await SucceedAsync(claimed.Lease));
        }

        // The trunk of seed 1 is on this worker, so its branch is claimed first; then the branch of seed 0, rather than
        // no run.
        Assert.Equal([runs[3].Id, runs[2].Id], await ClaimAllAsync(here));
    }

    [Fact]
    public async Task A_run_that_needs_vectors_goes_to_a_worker_that_has_them()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 1);
        request["models"]![0]!["vectors"] = "glove";
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        var run = (await api.Situations.RunsOfAsync(sweep)).Single().Id;

        Assert.Empty(await ClaimAllAsync(new Claimant("without", null, ["other"], ["glove"], "cpu")));
        Assert.Equal([run], await ClaimAllAsync(new Claimant("with", null, ["other", "glove"], [], "cpu")));
    }

    [Fact]
    public async Task A_run_that_needs_a_checkpoint_goes_to_a_worker_that_can_use_it()
    {
        var sweep = await api.SubmitAsync(Situations.BertRequest(await api.Situations.DatasetAsync(), "minilm"));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single().Id;

        Assert.Empty(await ClaimAllAsync(new Claimant("without", null, ["minilm"], ["other"], "cpu")));
        Assert.Equal([run], await ClaimAllAsync(new Claimant("with", null, [], ["other", "minilm"], "cpu")));
    }

    [Fact]
    public async Task A_BERT_is_next_if_it_is_the_first_run_in_line_that_the_worker_can_train()
    {
        var (with, without) =
            (new Claimant("with", null, [], ["minilm"], "cpu"), new Claimant("without", null, [], [], "cpu"));
        Assert.False(await leases.IsBertNextAsync(with, CancellationToken.None));
        await api.SubmitAsync(Situations.BertRequest(await api.Situations.DatasetAsync(), "minilm"));
        await SubmitAsync(seeds: 1, "normal");

        Assert.True(await leases.IsBertNextAsync(with, CancellationToken.None));
        Assert.False(await leases.IsBertNextAsync(without, CancellationToken.None));
        await SubmitAsync(seeds: 1, "high");
        Assert.False(await leases.IsBertNextAsync(with, CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_asks_for_a_type_of_device_goes_to_a_worker_that_has_it()
    {
        var dataset = await api.Situations.DatasetAsync();
        var onGpu = await SubmitForAsync(dataset, epochs: 2, "cuda");
        var onProcessor = await SubmitForAsync(dataset, epochs: 3, "cpu");
        var gpu = new Claimant("gpu", null, [], [], "cuda");
        var processor = new Claimant("processor", null, [], [], "cpu");

        Assert.Equal([onProcessor], await ClaimAllAsync(processor));
        Assert.Equal([onGpu], await ClaimAllAsync(gpu));
        var anywhere = await SubmitForAsync(dataset, epochs: 4, "any");
        Assert.Equal([anywhere], await ClaimAllAsync(gpu));
    }

    [Fact]
    public async Task A_run_that_a_worker_may_not_claim_is_not_work_of_it()
    {
        // Comparisons of other tests whose runs have ended are work of every worker.
        await UpdateAsync($"UPDATE comparisons SET labelling_failed_at = now()");
        var (gpu, processor) =
            (new Claimant("gpu", null, [], [], "cuda"), new Claimant("processor", null, [], [], "cpu"));
        Assert.False(await leases.HasWorkAsync(gpu, CancellationToken.None));

        await SubmitForAsync(await api.Situations.DatasetAsync(), epochs: 2, "cuda");

        Assert.True(await leases.HasWorkAsync(gpu, CancellationToken.None));
        Assert.False(await leases.HasWorkAsync(processor, CancellationToken.None));
    }

    [Theory]
    [InlineData("cuda", "any")]
    [InlineData("any", "cuda")]
    [InlineData("cuda", "cpu")]
    public async Task A_run_that_waits_is_restricted_to_a_device_only_if_all_its_sweeps_ask_for_it(
        string first, string second)
    {
        var dataset = await api.Situations.DatasetAsync();
        var run = await SubmitForAsync(dataset, epochs: 2, first);
        Assert.Equal(run, await SubmitForAsync(dataset, epochs: 2, second));

        Assert.Equal([run], await ClaimAllAsync(new Claimant("processor", null, [], [], "cpu")));
    }

    [Fact]
    public async Task The_device_of_a_cancelled_sweep_does_not_restrict_its_runs()
    {
        var dataset = await api.Situations.DatasetAsync();
        var alone = await SubmitSweepForAsync(dataset, epochs: 2, "cuda");
        await CancelAsync(alone);
        var again = await SubmitForAsync(dataset, epochs: 2, "any");
        Assert.Equal([again], await ClaimAllAsync(new Claimant("processor", null, [], [], "cpu")));

        var any = await SubmitSweepForAsync(dataset, epochs: 3, "any");
        var run = await SubmitForAsync(dataset, epochs: 3, "cuda");
        await CancelAsync(any);
        Assert.Empty(await ClaimAllAsync(new Claimant("processor", null, [], [], "cpu")));
        Assert.Equal([run], await ClaimAllAsync(new Claimant("gpu", null, [], [], "cuda")));

        Task CancelAsync(Guid sweep) =>
            api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new System.Text.Json.Nodes.JsonObject());
    }

    private async Task<Guid> SubmitForAsync(Dataset dataset, int epochs, string device) =>
        (await api.Situations.RunsOfAsync(await SubmitSweepForAsync(dataset, epochs, device))).Single().Id;

    private async Task<Guid> SubmitSweepForAsync(Dataset dataset, int epochs, string device)
    {
        var request = Situations.Request(dataset, 1);
        request["models"]![0]!["device"] = device;
        request["models"]![0]!["hyperparameters"]!["epochs"] = epochs;
        return (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
    }

    [Fact]
    public async Task A_run_that_predicts_again_goes_to_a_worker_that_has_its_model()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();
        await api.Situations.TrainAsync(run, model: new KeptModel("models/kept", "here", 1, new string('0', 64)));
        await api.PostAsync($"/api/v1/sweeps/{sweep}/predict-again", new JsonObject());

        Assert.Empty(await ClaimAllAsync(new Claimant("elsewhere", "there", [], [], "cpu")));
        Assert.Equal([run.Id], await ClaimAllAsync(new Claimant("with its model", "here", [], [], "cpu")));
        var claimed = (await api.Situations.RunsOfAsync(sweep)).Single();
        Assert.Equal((true, claimed.EpochsTotal), (claimed.PredictAgain, claimed.EpochsDone));
    }

    [Fact]
    public async Task A_heartbeat_does_not_wait_for_a_run_that_is_being_written()
    {
        var sweep = await SubmitAsync(seeds: 2, "normal");
        var held = new List<RunLease>();
        foreach (var run in await api.Situations.RunsOfAsync(sweep)) held.Add(await api.Situations.ClaimAsync(run.Id));
        await using var writer = Db();
        await using var transaction = await writer.Database.BeginTransactionAsync();
        await writer.Database.ExecuteSqlAsync($"SELECT 1 FROM runs WHERE id = {held[0].RunId} FOR UPDATE");
        await UpdateAsync($"UPDATE runs SET lease_until = now() WHERE id = {held[1].RunId}");

        // Otherwise it would end with a timeout.
        await leases.BeatAsync(held, CancellationToken.None);

        await using var db = Db();
        Assert.Equal(1, await db.Database.SqlQuery<int>(
            $"""
            SELECT count(*)::integer AS "Value" FROM runs
            WHERE id = {held[1].RunId} AND lease_until > now() + interval '1 minute'
            """).SingleAsync());
        Assert.Equal(2, (await leases.LookAsync(held, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_branch_whose_trunk_has_failed_trains_alone()
    {
        var sweep =
            (Guid)(await api.PostAsync(
                "/api/v1/sweeps", Situations.Request(await api.Situations.DatasetAsync(), 1, "IMP")))["id"]!;
        var runs = await api.Situations.RunsOfAsync(sweep);

        await leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(runs[0].Id), "diverged", retry: false, CancellationToken.None);

        Assert.Equal([runs[1].Id], await ClaimAllAsync(api.Situations.Worker));
    }

    [Fact]
    public async Task A_branch_does_not_wait_for_a_trunk_that_only_a_paused_sweep_or_one_for_another_device_wants()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 1, "IMP"));
        var runs = await api.Situations.RunsOfAsync(sweep);
        await api.Situations.TrainAsync(runs[0]);
        var wanting = Situations.Request(dataset, 1);
        wanting["predictSplits"] = new JsonArray("test", "train");
        var other = await api.SubmitAsync(wanting);
        Assert.Equal([runs[0].Id], await api.Situations.ReadyAsync(sweep));

        await api.PostAsync($"/api/v1/sweeps/{other}/pause", new JsonObject());
        Assert.Equal([runs[1].Id], await api.Situations.ReadyAsync(sweep));
        await api.PostAsync($"/api/v1/sweeps/{other}/cancel", new JsonObject());

        wanting["models"]![0]!["device"] = "cuda";
        await api.SubmitAsync(wanting);
        Assert.Equal([runs[1].Id], await ClaimAllAsync(api.Situations.Worker));
    }

    [Fact]
    public async Task A_run_that_loses_its_lease_too_often_fails()
    {
        var run = await QueuedRunAsync();
        for (var lost = 1; lost <= 20; lost++)
        {
            Assert.Equal((RunState.Queued, 0, lost - 1), await StateAsync(run));
            await UpdateAsync($"UPDATE runs SET not_before = NULL WHERE id = {run}");
            await api.Situations.ClaimAsync(run);
            await ExpireAsync(run);
            await leases.ReclaimLostAsync(CancellationToken.None);
        }
        Assert.Equal((RunState.Failed, 0, 20), await StateAsync(run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_with_a_cancel_request_is_not_queued_again_when_it_fails_or_its_worker_stops(bool breaks)
    {
        var sweep = await SubmitAsync(seeds: 1, "normal");
        var run = (await api.Situations.RunsOfAsync(sweep)).Single().Id;
        var lease = await api.Situations.ClaimAsync(run);
        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new System.Text.Json.Nodes.JsonObject());

        if (breaks) await leases.FailAttemptAsync(lease, "broken", retry: true, CancellationToken.None);
        else await leases.YieldAsync(lease, CancellationToken.None);

        Assert.Equal(RunState.Cancelled, (await StateAsync(run)).State);
    }

    /// <summary>Claims all runs that are ready.</summary>
    private async Task<List<Guid>> ClaimAllAsync(Claimant by)
    {
        var claimed = new List<Guid>();
        while (await leases.ClaimNextAsync(by, CancellationToken.None) is { } next) claimed.Add(next.Run.Id);
        return claimed;
    }

    private async Task<Guid> SubmitAsync(int seeds, string priority)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), seeds);
        request["priority"] = priority;
        return (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
    }

    /// <summary>Empties the queue, so that each test has it to itself.</summary>
    public ValueTask InitializeAsync() =>
        new(UpdateAsync($"UPDATE runs SET state = 'cancelled' WHERE state IN ('queued', 'running')"));

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private PieDbContext Db() => api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();

    private async Task<Guid> QueuedRunAsync()
    {
        var sweep = await api.PostAsync("/api/v1/sweeps", Situations.Request(await api.Situations.DatasetAsync(), 1));
        return (await api.Situations.RunsOfAsync((Guid)sweep["id"]!)).Single().Id;
    }

    private async Task<bool> SucceedAsync(RunLease lease)
    {
        await using var db = Db();
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == lease.RunId);
        return await leases.SucceedAsync(
            lease, new(Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)]), CancellationToken.None);
    }

    private async Task<(RunState State, int Attempts, int Interruptions)> StateAsync(Guid id)
    {
        await using var db = Db();
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id);
        return (run.State, run.Attempts, run.Interruptions);
    }

    private Task ExpireAsync(Guid run) =>
        UpdateAsync($"UPDATE runs SET lease_until = now() - interval '1 second' WHERE id = {run}");

    private async Task UpdateAsync(FormattableString sql)
    {
        await using var db = Db();
        await db.Database.ExecuteSqlAsync(sql);
    }
}
