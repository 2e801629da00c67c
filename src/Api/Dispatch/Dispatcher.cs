using Hangfire;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Api.Dispatch;

/// <summary>
/// Turns what the rows say into messages: there are runs to train, this comparison can be labelled; and gives lost runs back to
/// the queue. It only looks at the rows, so the normal path and the recovery path are one. Of several instances one is at work.
/// It is not a RepeatingService: its looks share the connection that holds the leader's lock, and a bell begins one
/// early.
/// </summary>
public sealed class Dispatcher(
    DatabaseAddress database, IDbContextFactory<PieDbContext> contexts, RunLeases leases, LeaseSettings settings,
    IBackgroundJobClientV2 queue, DispatchBell bell, TimeProvider time, ILogger<Dispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (Exception lost) when (lost is NpgsqlException or BackgroundJobClientException or DistributedLockTimeoutException or InvalidOperationException)
            {
                DispatchLog.Interrupted(logger, lost.Message);
                await bell.WaitAsync(Tick, stoppingToken);
            }
        }
    }

    /// <summary>Works as long as this connection, which holds the leader's lock, lives.</summary>
    private async Task LeadAsync(CancellationToken cancellation)
    {
        // Not of the pool, which would keep a connection that still holds the lock, after any error, until somebody rents it.
        await using var leadership = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await leadership.OpenAsync(cancellation);
        // After an outage of the database the owners' heartbeats must have the chance to come first.
        var reclaimFrom = time.GetTimestamp();
        while (true)
        {
            await using var take = new NpgsqlCommand(
                $"SELECT pg_try_advisory_lock({AdvisoryLocks.Dispatcher})", leadership);
            var leads = (bool)(await take.ExecuteScalarAsync(cancellation))!;
            if (leads) break;
            await bell.WaitAsync(Tick, cancellation);
        }
        while (true)
        {
            // The lock is this session's: a connection that died holds it no longer.
            await using (var alive = new NpgsqlCommand("SELECT 1", leadership)) await alive.ExecuteScalarAsync(cancellation);
            if (time.GetElapsedTime(reclaimFrom) > settings.Lease && await leases.ReclaimLostAsync(cancellation) is > 0 and var lost)
                DispatchLog.Reclaimed(logger, lost);
            await RingForRunsAsync(cancellation);
            await DispatchLabelsAsync(cancellation);
            await bell.WaitAsync(Tick, cancellation);
        }
    }

    /// <summary>
    /// Keeps a message waiting for each run that is ready, but no more than two for each slot: enough that no slot waits for us.
    /// Which run a worker takes is decided when it claims one, so priority, pause and order need no message.
    /// </summary>
    private async Task RingForRunsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var missing = await db.Database.SqlQuery<int>($"""
            SELECT (SELECT count(*) FROM (
                    SELECT 1 FROM ready_runs AS run
                    WHERE (run.vectors IS NULL AND run.checkpoint IS NULL) OR EXISTS (
                        SELECT 1 FROM live_workers
                        WHERE short_of IS NULL AND (run.vectors = ANY(live_workers.vectors) OR run.checkpoint = ANY(live_workers.checkpoints)))
                    LIMIT (
                        SELECT 2 * coalesce(sum(slots), 0) FROM live_workers WHERE short_of IS NULL)) AS ready)::integer
                - (SELECT count(*) FROM hangfire.jobqueue WHERE queue = {QueueStorage.RunQueue} AND fetchedat IS NULL)::integer AS "Value"
            """).SingleAsync(cancellation);
        for (; missing > 0; missing--)
            queue.Enqueue<ITrainNextRun>(QueueStorage.RunQueue, run => run.ExecuteAsync(CancellationToken.None));
    }

    private async Task DispatchLabelsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var id in await Labelling.TakeDueAsync(db, cancellation))
            queue.Enqueue<ILabelComparison>(
                QueueStorage.LabelQueue, comparison => comparison.ExecuteAsync(id, CancellationToken.None));
    }
}
