using Microsoft.EntityFrameworkCore;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>Proof that this worker is the one whose results count: valid while the row's lease epoch is this one.</summary>
public sealed record RunLease(Guid RunId, long Epoch);

/// <summary>What an epoch leaves in the run's row.</summary>
/// <param name="CheckpointPath">Relative to the artifact folder.</param>
public sealed record EpochRecord(IReadOnlyList<RunMetric> Metrics, int EpochsDone, string CheckpointPath, string CheckpointSha256);

/// <summary>
/// The moves of a run that is being trained. Each is one guarded statement: it names the state and the lease epoch that it
/// comes from, and answers false where the row is no longer there. The database's clock is the only clock.
/// </summary>
public sealed class RunLeases(IDbContextFactory<PieDbContext> contexts, LeaseSettings settings)
{
    /// <summary>queued -> running. Null: another has it, it is finished or cancelled, or its time has not come.</summary>
    public async Task<(RunLease Lease, Run Run)?> ClaimAsync(Guid runId, string worker, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var epochs = await db.Database.SqlQuery<long>($"""
            UPDATE runs SET state = 'running', lease_epoch = lease_epoch + 1, attempts = attempts + 1,
                lease_owner = {worker}, worker = {worker}, lease_until = now() + {settings.Lease},
                started_at = coalesce(started_at, now()), error = NULL
            WHERE id = {runId} AND state = 'queued' AND (not_before IS NULL OR not_before <= now())
            RETURNING lease_epoch AS "Value"
            """).ToListAsync(cancellation);
        return epochs is [var epoch]
            ? (new RunLease(runId, epoch), await db.Runs.AsNoTracking().SingleAsync(run => run.Id == runId, cancellation))
            : null;
    }

    /// <summary>Extends the leases that are still ours; those missing from the answer are lost.</summary>
    public async Task<IReadOnlyList<HeldLease>> BeatAsync(IReadOnlyCollection<RunLease> leases, CancellationToken cancellation)
    {
        var (ids, epochs) = (leases.Select(lease => lease.RunId).ToArray(), leases.Select(lease => lease.Epoch).ToArray());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Database.SqlQuery<HeldLease>($"""
            UPDATE runs SET lease_until = now() + {settings.Lease}
            FROM unnest({ids}, {epochs}) AS held(id, epoch)
            WHERE runs.id = held.id AND runs.lease_epoch = held.epoch AND runs.state = 'running'
            RETURNING runs.id AS run_id, runs.cancel_requested_at IS NOT NULL AS cancel_requested
            """).ToListAsync(cancellation);
    }

    /// <summary>As <see cref="BeatAsync"/>, without extending anything.</summary>
    public async Task<IReadOnlyList<HeldLease>> LookAsync(IReadOnlyCollection<RunLease> leases, CancellationToken cancellation)
    {
        var (ids, epochs) = (leases.Select(lease => lease.RunId).ToArray(), leases.Select(lease => lease.Epoch).ToArray());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Database.SqlQuery<HeldLease>($"""
            SELECT runs.id AS run_id, runs.cancel_requested_at IS NOT NULL AS cancel_requested
            FROM unnest({ids}, {epochs}) AS held(id, epoch)
            JOIN runs ON runs.id = held.id AND runs.lease_epoch = held.epoch AND runs.state = 'running'
            """).ToListAsync(cancellation);
    }

    /// <summary>Stores an epoch's metrics and its checkpoint, and extends the lease.</summary>
    public Task<bool> RecordEpochAsync(RunLease lease, EpochRecord epoch, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET epochs_done = {epoch.EpochsDone}, lease_until = now() + {settings.Lease},
                    checkpoint_path = {epoch.CheckpointPath}, checkpoint_sha256 = {epoch.CheckpointSha256}, checkpoint_epochs = {epoch.EpochsDone}
                WHERE id = {lease.RunId}
                """, cancellation);
            // An epoch that was trained again after a crash between checkpoint and commit has the same values.
            foreach (var metric in epoch.Metrics)
            {
                await db.RunMetrics.Where(m => m.RunId == metric.RunId && m.Epoch == metric.Epoch && m.Split == metric.Split).ExecuteDeleteAsync(cancellation);
                db.RunMetrics.Add(metric);
            }
            await db.SaveChangesAsync(cancellation);
        }, cancellation);

    /// <summary>running -> succeeded, with everything that the run leaves behind, in one transaction.</summary>
    public Task<bool> SucceedAsync(
        RunLease lease, RunOutcome outcome, string device, IReadOnlyList<RunPredictions> predictions, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.RunPredictions.Where(stored => stored.RunId == lease.RunId).ExecuteDeleteAsync(cancellation);
            db.RunPredictions.AddRange(predictions);
            await db.SaveChangesAsync(cancellation);

            var test = predictions.Single(p => p.Split == Datasets.Split.Test);
            var hash = PackedPredictions.Hash(test.Classes, test.Scores);
            var (size, kept) = (outcome.Tensors.Sum(tensor => (long)tensor.Size), outcome.Tensors.Sum(tensor => (long)tensor.Kept));
            var achieved = size == 0 ? 0 : 100.0 * (size - kept) / size;
            var json = Json.Write(outcome);
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET state = 'succeeded', finished_at = now(), lease_owner = NULL, lease_until = NULL, cancel_requested_at = NULL,
                    epochs_done = epochs_total, device = {device}, outcome = {json}::jsonb, prediction_hash = {hash}, achieved_sparsity = {achieved}
                WHERE id = {lease.RunId}
                """, cancellation);
            await AskForLabelsAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>running -> queued after a failed attempt, with back-off; or -> failed where it may not be tried again.</summary>
    public Task<bool> FailAttemptAsync(RunLease lease, string error, bool retry, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, dispatched_at = NULL, error = {error},
                    state = CASE WHEN {retry} AND attempts < {settings.MaxAttempts} THEN 'queued' ELSE 'failed' END,
                    not_before = CASE WHEN {retry} AND attempts < {settings.MaxAttempts} THEN now() + {settings.Backoff} * power(2, attempts - 1) END,
                    finished_at = CASE WHEN {retry} AND attempts < {settings.MaxAttempts} THEN NULL ELSE now() END
                WHERE id = {lease.RunId}
                """, cancellation);
            await AskForLabelsAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>running -> queued by a worker that stops; not the run's fault, so the attempt does not count.</summary>
    public Task<bool> GiveBackAsync(RunLease lease, CancellationToken cancellation) =>
        WithLeaseAsync(lease, db => db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, lease_until = NULL, dispatched_at = NULL
            WHERE id = {lease.RunId}
            """, cancellation), cancellation);

    /// <summary>running -> cancelled, unless a new sweep asked for the run in the meantime: then -> queued.</summary>
    public Task<bool> CancelAsync(RunLease lease, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, dispatched_at = NULL, attempts = attempts - 1,
                    state = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'cancelled' END,
                    finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE now() END
                WHERE id = {lease.RunId}
                """, cancellation);
            await AskForLabelsAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>
    /// running -> queued for every run whose lease ran out (cancelled where that was asked, failed after too many). The
    /// attempt becomes an interruption. Its answer: how many.
    /// </summary>
    public async Task<int> ReclaimLostAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var lost = await db.Database.SqlQuery<Guid>($"""
            UPDATE runs SET lease_owner = NULL, lease_until = NULL, dispatched_at = NULL,
                attempts = attempts - 1, interruptions = interruptions + 1,
                state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN interruptions + 1 >= {settings.MaxInterruptions} THEN 'failed' ELSE 'queued' END,
                finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR interruptions + 1 >= {settings.MaxInterruptions} THEN now() END,
                error = CASE WHEN interruptions + 1 >= {settings.MaxInterruptions} THEN 'The workers that trained it were lost ' || (interruptions + 1) || ' times.' ELSE error END
            WHERE state = 'running' AND lease_until < now()
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        await AskForLabelsAsync(db, lost, cancellation);
        await transaction.CommitAsync(cancellation);
        return lost.Count;
    }

    /// <summary>A run that ended may change what its comparisons say, and may have been the last that they waited for.</summary>
    internal static Task AskForLabelsAsync(PieDbContext db, IReadOnlyList<Guid> runs, CancellationToken cancellation) =>
        runs.Count == 0 ? Task.CompletedTask : db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET labelling_asked_at = NULL
            FROM runs JOIN sweep_runs ON sweep_runs.run_id = runs.id
            WHERE runs.id = ANY({runs.ToArray()}) AND runs.state NOT IN ('queued', 'running')
                AND comparisons.sweep_id = sweep_runs.sweep_id AND runs.fingerprint IN (comparisons.dense_fingerprint, comparisons.pruned_fingerprint)
            """, cancellation);

    /// <summary>Runs the statements in a transaction that holds the row under this lease; false where the lease is lost.</summary>
    private async Task<bool> WithLeaseAsync(RunLease lease, Func<PieDbContext, Task> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var held = await db.Database.SqlQuery<int>($"""
            SELECT 1 AS "Value" FROM runs WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running' FOR UPDATE
            """).ToListAsync(cancellation);
        if (held.Count == 0) return false;

        await change(db);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}

public sealed record HeldLease(Guid RunId, bool CancelRequested);
