using Hangfire;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Queue;

namespace PieService.Api.Dispatch;

/// <summary>
/// Turns what the rows say into messages: runs that are ready, runs whose worker was lost, comparisons whose runs have all
/// ended. It only looks at the rows, so the normal path and the recovery path are one. Of several instances one is at work.
/// </summary>
public sealed class Dispatcher(
    NpgsqlDataSource database, IDbContextFactory<PieDbContext> contexts, RunLeases leases, LeaseSettings settings,
    IBackgroundJobClientV2 queue, DispatchBell bell, TimeProvider time, ILogger<Dispatcher> logger) : BackgroundService
{
    /// <summary>Any number that nothing else in the database locks.</summary>
    private const long LeaderLock = 0x7069655F64697370;

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
        await using var leadership = await database.OpenConnectionAsync(cancellation);
        // After an outage of the database the owners' heartbeats must have the chance to come first.
        var reclaimFrom = time.GetTimestamp();
        while (true)
        {
            await using var take = new NpgsqlCommand($"SELECT pg_try_advisory_lock({LeaderLock})", leadership);
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
            await RequeueLostMessagesAsync(cancellation);
            await DispatchRunsAsync(cancellation);
            await DispatchLabelsAsync(cancellation);
            await bell.WaitAsync(Tick, cancellation);
        }
    }

    /// <summary>
    /// Sends out about twice as many runs as there are slots: enough that no slot waits for us, few enough that priority
    /// and order stay ours. A branch waits for its trunk, unless that has ended without success: then it trains alone.
    /// </summary>
    private async Task DispatchRunsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // What UPDATE returns is in no order, and messages are taken in the order in which they were sent.
        var ready = await db.Database.SqlQuery<Guid>($"""
            WITH ready AS (
                UPDATE runs SET dispatched_at = now(), hangfire_job_id = NULL
                WHERE state = 'queued' AND dispatched_at IS NULL AND id IN (
                    SELECT run.id FROM runs AS run LEFT JOIN runs AS trunk ON trunk.id = run.trunk_run_id
                    WHERE run.state = 'queued' AND run.dispatched_at IS NULL AND (run.not_before IS NULL OR run.not_before <= now())
                        AND (trunk.state IS NULL OR trunk.state NOT IN ('queued', 'running'))
                    ORDER BY run.priority, run.created_at, run.ordinal
                    LIMIT greatest(0,
                        2 * greatest(2, (SELECT coalesce(sum(slots), 0) FROM workers WHERE last_beat_at > now() - interval '30 seconds'))
                        - (SELECT count(*) FROM runs WHERE state = 'queued' AND dispatched_at IS NOT NULL)))
                RETURNING id, priority, created_at, ordinal)
            SELECT id AS "Value" FROM ready ORDER BY priority, created_at, ordinal
            """).ToListAsync(cancellation);
        foreach (var id in ready)
        {
            var job = queue.Enqueue<ITrainRun>(QueueStorage.RunQueue, run => run.ExecuteAsync(id, CancellationToken.None));
            await db.Database.ExecuteSqlAsync($"UPDATE runs SET hangfire_job_id = {job} WHERE id = {id}", cancellation);
        }
    }

    /// <summary>
    /// A run that was sent out, is still queued and has no message any more (a crash between the row and the queue, or a
    /// worker that died with the message in hand) is sent again; a duplicate would be dropped by the claim.
    /// </summary>
    private async Task RequeueLostMessagesAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET dispatched_at = NULL
            WHERE state = 'queued' AND dispatched_at < now() - interval '10 seconds' AND NOT EXISTS (
                SELECT 1 FROM hangfire.jobqueue AS message
                WHERE message.jobid = runs.hangfire_job_id::bigint
                    AND (message.fetchedat IS NULL OR message.fetchedat > now() - interval '30 seconds'))
            """, cancellation);
    }

    private async Task DispatchLabelsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var due = await db.Database.SqlQuery<Guid>($"""
            UPDATE comparisons SET labelling_asked_at = now()
            WHERE (labelling_asked_at IS NULL
                    OR labelling_asked_at < now() - interval '60 seconds' AND (labelled_at IS NULL OR labelled_at < labelling_asked_at))
                AND NOT EXISTS (
                    SELECT 1 FROM sweep_runs JOIN runs ON runs.id = sweep_runs.run_id
                    WHERE sweep_runs.sweep_id = comparisons.sweep_id AND runs.state IN ('queued', 'running')
                        AND runs.fingerprint IN (comparisons.dense_fingerprint, comparisons.pruned_fingerprint))
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        foreach (var id in due)
            queue.Enqueue<ILabelComparison>(QueueStorage.LabelQueue, comparison => comparison.ExecuteAsync(id, CancellationToken.None));
    }
}
