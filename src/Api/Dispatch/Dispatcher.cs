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
/// Creates messages from the state of the rows: a message for runs to train, and one for each comparison to label.
/// Returns lost runs to the queue. It depends on the rows only, so that normal operation and recovery are the same
/// path. Of several instances one is active. It is not a RepeatingService, because its checks share the connection that
/// holds the leader's lock.
/// </summary>
public sealed class Dispatcher(
    DatabaseAddress database, IDbContextFactory<PieDbContext> contexts, RunLeases leases, LeaseSettings settings,
    IBackgroundJobClientV2 queue, RowChanges changes, TimeProvider time, ILogger<Dispatcher> logger) : BackgroundService
{
    /// <summary>The time between two queries for what time alone makes due.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>The time between two checks if nothing causes an earlier one.</summary>
    private static readonly TimeSpan SlowTick = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The shortest and the longest pause after a check: each claim and each end of a run rings the bell, and a check
    /// takes longer the more runs wait. On an idle service the pause is over when a submission rings it.
    /// </summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var bell = changes.BellFor(ChangeTopics.Runs, ChangeTopics.Labels, ChangeTopics.Workers);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(bell, stoppingToken);
            }
            catch (Exception lost) when (lost is NpgsqlException or BackgroundJobClientException
                or DistributedLockTimeoutException or InvalidOperationException)
            {
                DispatchLog.Interrupted(logger, lost.Message);
                await Task.Delay(Tick, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Works while this connection, which holds the leader's lock, is alive.</summary>
    private async Task LeadAsync(Bell bell, CancellationToken cancellation)
    {
        // The connection is not pooled: after an error the pool would keep a connection that still holds the lock until
        // it is used again.
        await using var leadership = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await leadership.OpenAsync(cancellation);
        // After an outage of the database, the owners must be able to renew their leases first.
        var reclaimFrom = time.GetTimestamp();
        while (true)
        {
            await using var take = new NpgsqlCommand(
                $"SELECT pg_try_advisory_lock({AdvisoryLocks.Dispatcher})", leadership);
            var leads = (bool)(await take.ExecuteScalarAsync(cancellation))!;
            if (leads) break;
            await Task.Delay(Tick, time, cancellation);
        }
        var (checkedAt, now) = (time.GetTimestamp(), DateTime.UnixEpoch);
        var pause = TimeSpan.Zero;
        for (var hasChanged = true; ; hasChanged = await bell.WaitAsync(pause, Tick, cancellation))
        {
            pause = TimeSpan.Zero;
            // The lock belongs to the session, so a connection that has died no longer holds it.
            (var isDue, now) = await DueByTime.AskAsync(leadership, now, cancellation);
            if (!hasChanged && !isDue && time.GetElapsedTime(checkedAt) < SlowTick) continue;

            var start = time.GetTimestamp();
            if (time.GetElapsedTime(reclaimFrom) > settings.Lease
                && await leases.ReclaimLostAsync(cancellation) is > 0 and var lost)
                DispatchLog.Reclaimed(logger, lost);
            await RingForRunsAsync(cancellation);
            await DispatchLabelsAsync(cancellation);
            checkedAt = time.GetTimestamp();
            pause = CheckPause.After(time.GetElapsedTime(start, checkedAt), ShortestPause, LongestPause);
        }
    }

    /// <summary>
    /// Keeps a message in the queue for each run that is ready, but no more than two for each slot: enough that no slot
    /// is idle. A worker selects its run when it claims one, so priority, pause and order need no message.
    /// </summary>
    private async Task RingForRunsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var missing = await db.Database.SqlQuery<int>($"""
            SELECT (SELECT count(*) FROM (
                    SELECT 1 FROM ready_runs AS run
                    WHERE (run.vectors IS NULL AND run.checkpoint IS NULL) OR EXISTS (
                        SELECT 1 FROM live_workers
                        WHERE short_of IS NULL
                            AND (run.vectors = ANY(live_workers.vectors)
                                OR run.checkpoint = ANY(live_workers.checkpoints)))
                    LIMIT (
                        SELECT 2 * coalesce(sum(slots), 0) FROM live_workers WHERE short_of IS NULL)) AS ready)::integer
                - (SELECT count(*) FROM hangfire.jobqueue WHERE queue = {QueueStorage.RunQueue}
                    AND fetchedat IS NULL)::integer AS "Value"
            """).SingleAsync(cancellation);
        for (; missing > 0; missing--)
            queue.Enqueue<ITrainNextRun>(QueueStorage.RunQueue, run => run.ExecuteAsync(CancellationToken.None));
    }

    private async Task DispatchLabelsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var messagesWait = await db.Database.SqlQuery<bool>($"""
            SELECT EXISTS (
                SELECT 1 FROM hangfire.jobqueue WHERE queue = {QueueStorage.LabelQueue} AND fetchedat IS NULL
            ) AS "Value"
            """).SingleAsync(cancellation);
        foreach (var id in await Labelling.TakeDueAsync(db, messagesWait, cancellation))
            queue.Enqueue<ILabelComparison>(
                QueueStorage.LabelQueue, comparison => comparison.ExecuteAsync(id, CancellationToken.None));
    }
}
