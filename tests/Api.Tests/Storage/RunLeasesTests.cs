using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class RunLeasesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly RunLeases leases = api.Situations.Leases;

    [Fact]
    public async Task Of_many_who_claim_a_run_one_gets_it()
    {
        var run = await QueuedRunAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => leases.ClaimAsync(run, $"worker {i}", CancellationToken.None)));

        Assert.Single(claims, claim => claim is not null);
    }

    [Fact]
    public async Task A_lease_that_was_lost_counts_for_nothing_any_more()
    {
        var run = await QueuedRunAsync();
        var lost = await api.Situations.ClaimAsync(run);
        await ExpireAsync(run);
        await leases.ReclaimLostAsync(CancellationToken.None);
        var current = await api.Situations.ClaimAsync(run);

        Assert.False(await leases.RecordEpochAsync(lost, new EpochRecord([], 1, "p", "s"), CancellationToken.None));
        Assert.False(await SucceedAsync(lost));
        Assert.False(await leases.FailAttemptAsync(lost, "too late", retry: false, CancellationToken.None));
        Assert.False(await leases.GiveBackAsync(lost, CancellationToken.None));
        Assert.Empty(await leases.BeatAsync([lost], CancellationToken.None));
        Assert.True(await SucceedAsync(current));
        Assert.Equal((RunState.Succeeded, 1, 1), await StateAsync(run));
    }

    [Fact]
    public async Task A_beat_keeps_the_lease_from_being_reclaimed()
    {
        var run = await QueuedRunAsync();
        var lease = await api.Situations.ClaimAsync(run);
        await ExpireAsync(run);

        Assert.Equal([new HeldLease(run, false)], await leases.BeatAsync([lease], CancellationToken.None));
        await leases.ReclaimLostAsync(CancellationToken.None);

        Assert.Equal((RunState.Running, 1, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_failed_attempt_is_tried_again_later_until_there_were_enough()
    {
        var run = await QueuedRunAsync();

        await leases.FailAttemptAsync(await api.Situations.ClaimAsync(run), "first", retry: true, CancellationToken.None);
        Assert.Equal((RunState.Queued, 1, 0), await StateAsync(run));
        Assert.Null(await leases.ClaimAsync(run, "too early", CancellationToken.None));

        for (var attempt = 2; attempt <= 3; attempt++)
        {
            await UpdateAsync($"UPDATE runs SET not_before = now() WHERE id = {run}");
            await leases.FailAttemptAsync(await api.Situations.ClaimAsync(run), "again", retry: true, CancellationToken.None);
        }
        Assert.Equal((RunState.Failed, 3, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_run_that_cannot_succeed_is_not_tried_again()
    {
        var run = await QueuedRunAsync();

        await leases.FailAttemptAsync(await api.Situations.ClaimAsync(run), "no such vectors", retry: false, CancellationToken.None);

        Assert.Equal((RunState.Failed, 1, 0), await StateAsync(run));
    }

    [Fact]
    public async Task A_run_that_is_given_back_was_not_attempted()
    {
        var run = await QueuedRunAsync();

        await leases.GiveBackAsync(await api.Situations.ClaimAsync(run), CancellationToken.None);

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
            Assert.True(await leases.RecordEpochAsync(lease, new EpochRecord([metric], 1, "p", "s"), CancellationToken.None));
        }

        await using var db = Db();
        Assert.Equal(2.0, (await db.RunMetrics.SingleAsync(metric => metric.RunId == run)).Loss);
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
        return await leases.SucceedAsync(lease, Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)], CancellationToken.None);
    }

    private async Task<(RunState State, int Attempts, int Interruptions)> StateAsync(Guid id)
    {
        await using var db = Db();
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id);
        return (run.State, run.Attempts, run.Interruptions);
    }

    private Task ExpireAsync(Guid run) => UpdateAsync($"UPDATE runs SET lease_until = now() - interval '1 second' WHERE id = {run}");

    private async Task UpdateAsync(FormattableString sql)
    {
        await using var db = Db();
        await db.Database.ExecuteSqlAsync(sql);
    }
}
