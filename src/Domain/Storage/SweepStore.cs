using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>Stores sweeps: the runs that exist are linked, the others are added, all in one transaction.</summary>
public sealed class SweepStore(IDbContextFactory<PieDbContext> contexts)
{
    public async Task SubmitAsync(Sweep sweep, PlannedSweep plan, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two sweeps that ask for the same runs at the same moment: one after the other, so that each run is added once.
        await AdvisoryLocks.TakeDatasetAsync(db, sweep.DatasetId, cancellation);

        db.Sweeps.Add(sweep);
        await db.SaveChangesAsync(cancellation);
        await AddRunsAsync(db, sweep, plan.Runs, cancellation);
        await LinkRunsAsync(db, sweep, plan.Runs, cancellation);
        await AddComparisonsAsync(db, sweep, plan.Comparisons, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// A run that failed, was cancelled, or did not predict, keep or observe what is wanted now, is queued again; the highest priority wins.
    /// </summary>
    private static async Task AddRunsAsync(PieDbContext db, Sweep sweep, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var ids = runs.Select(_ => Guid.CreateVersion7()).ToArray();
        var fingerprints = runs.Select(run => run.Fingerprint).ToArray();
        var seeds = runs.Select(run => run.Seed).ToArray();
        var ordinals = runs.Select(run => run.Ordinal).ToArray();
        var recipes = runs.Select(run => Json.Write(run.Recipe)).ToArray();
        var architectures = runs.Select(run => Wire.Name(run.Recipe.Architecture)).ToArray();
        var methods = runs.Select(run => Wire.Name(run.Recipe.Method)).ToArray();
        var sparsities = runs.Select(run => run.Recipe.Sparsity).ToArray();
        var epochs = runs.Select(run => run.Recipe.Plan.TotalEpochs).ToArray();
        var priority = (short)sweep.Request.Priority;
        var splits = sweep.Request.PredictSplitsOrDefault.Append(Split.Test).Distinct().Select(Wire.Name).ToArray();
        var request = Json.Write(sweep.Request);
        await db.Database.ExecuteSqlAsync($"""
            SELECT 1 FROM runs JOIN unnest({fingerprints}, {seeds}) AS planned(fingerprint, seed)
                ON runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint AND runs.seed = planned.seed
            ORDER BY runs.id FOR UPDATE OF runs
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'queued', attempts = 0, interruptions = 0, epochs_done = 0, error = NULL, not_before = NULL
            FROM unnest({fingerprints}, {seeds}) AS planned(fingerprint, seed)
            WHERE runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint AND runs.seed = planned.seed
                AND runs.state IN ('failed', 'cancelled', 'succeeded') AND NOT pie_serves(runs.predicted_splits, runs.outcome, {request}::jsonb, runs.recipe, runs.seed)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, architecture, method, sparsity, seed, state, priority, ordinal,
                predict_splits, epochs_total, epochs_done, attempts, interruptions, lease_epoch, created_at)
            SELECT id, {sweep.DatasetId}, {sweep.Id}, fingerprint, recipe::jsonb, architecture, method, sparsity, seed, 'queued', {priority}, ordinal,
                {splits}, epochs, 0, 0, 0, 0, now()
            FROM unnest({ids}, {fingerprints}, {recipes}, {architectures}, {methods}, {sparsities}, {seeds}, {ordinals}, {epochs})
                AS planned(id, fingerprint, recipe, architecture, method, sparsity, seed, ordinal, epochs)
            ON CONFLICT (dataset_id, fingerprint, seed) DO UPDATE SET
                priority = least(runs.priority, excluded.priority),
                predict_splits = ARRAY(SELECT DISTINCT unnest(runs.predict_splits || excluded.predict_splits) ORDER BY 1),
                cancel_requested_at = NULL,
                pause_requested_at = NULL
            """, cancellation);
    }

    /// <summary>
    /// A run that another live sweep trains, or that is there, costs this one nothing; any other branch costs its epochs after
    /// the trunk, where the trunk's end is still to come or still kept.
    /// </summary>
    private static async Task LinkRunsAsync(PieDbContext db, Sweep sweep, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var fingerprints = runs.Select(run => run.Fingerprint).ToArray();
        var trunks = runs.Select(run => run.TrunkFingerprint).ToArray();
        var seeds = runs.Select(run => run.Seed).ToArray();
        var ordinals = runs.Select(run => run.Ordinal).ToArray();
        var models = runs.Select(run => run.Model).ToArray();
        var shared = runs.Select(run => run.Recipe.Plan.SharedEpochs).ToArray();
        var request = Json.Write(sweep.Request);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET trunk_run_id = trunk.id
            FROM unnest({fingerprints}, {trunks}, {seeds}) AS planned(fingerprint, trunk, seed)
            JOIN runs AS trunk ON trunk.dataset_id = {sweep.DatasetId} AND trunk.fingerprint = planned.trunk AND trunk.seed = planned.seed
            WHERE runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint AND runs.seed = planned.seed AND runs.trunk_run_id IS NULL
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_runs (sweep_id, run_id, ordinal, model, shared_epochs)
            SELECT {sweep.Id}, runs.id, planned.ordinal, planned.model,
                CASE WHEN pie_serves(runs.predicted_splits, runs.outcome, {request}::jsonb, runs.recipe, runs.seed) OR runs.predicted_splits IS NULL AND EXISTS (
                            SELECT 1 FROM sweep_runs AS link JOIN sweeps ON sweeps.id = link.sweep_id
                            WHERE link.run_id = runs.id AND sweeps.cancel_requested_at IS NULL) THEN runs.epochs_total
                     WHEN trunk.state IN ('queued', 'running') OR trunk.checkpoint_path IS NOT NULL THEN planned.shared
                     ELSE 0 END
            FROM unnest({fingerprints}, {seeds}, {ordinals}, {models}, {shared}) AS planned(fingerprint, seed, ordinal, model, shared)
            JOIN runs ON runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint AND runs.seed = planned.seed
            LEFT JOIN runs AS trunk ON trunk.id = runs.trunk_run_id
            """, cancellation);
    }

    private static async Task AddComparisonsAsync(PieDbContext db, Sweep sweep, IReadOnlyList<PlannedComparison> comparisons, CancellationToken cancellation)
    {
        db.Comparisons.AddRange(comparisons.Select(planned => new Pies.Comparison
        {
            Id = Guid.CreateVersion7(),
            SweepId = sweep.Id,
            Ordinal = planned.Ordinal,
            Model = planned.Model,
            Architecture = planned.Pruned.Architecture,
            Method = planned.Pruned.Method,
            Sparsity = planned.Pruned.Sparsity,
            Baseline = planned.Baseline,
            Split = planned.Split,
            DenseFingerprint = planned.DenseFingerprint,
            PrunedFingerprint = planned.PrunedFingerprint,
            ExpectedSeeds = sweep.Request.Seeds!.Count,
        }));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>
    /// Cancels a sweep: its queued runs at once, running ones as soon as their worker sees it, unless another live sweep wants
    /// them. One that has ended stays as it is.
    /// </summary>
    /// <returns>False: there is no such sweep.</returns>
    public Task<bool> CancelAsync(Guid sweepId, CancellationToken cancellation) => ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync($"""
        UPDATE sweeps SET cancel_requested_at = now()
        WHERE id = {sweepId} AND cancel_requested_at IS NULL AND EXISTS (
            SELECT 1 FROM sweep_runs JOIN runs ON runs.id = sweep_runs.run_id
            WHERE sweep_runs.sweep_id = sweeps.id AND runs.state IN ('queued', 'running') AND NOT pie_serves(runs.predicted_splits, runs.outcome, sweeps.request, runs.recipe, runs.seed));
        UPDATE runs SET predict_again = false
        FROM sweep_runs AS link WHERE link.run_id = runs.id AND link.sweep_id = {sweepId} AND runs.predict_again
        """, cancellation), cancellation);

    /// <summary>Pauses a sweep: nothing of it is claimed any more, and workers give its runs back after their last checkpoint.</summary>
    /// <returns>False: there is no such sweep.</returns>
    public Task<bool> PauseAsync(Guid sweepId, CancellationToken cancellation) => ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync($"""
        UPDATE sweeps SET pause_requested_at = now()
        WHERE id = {sweepId} AND cancel_requested_at IS NULL AND pause_requested_at IS NULL AND EXISTS (
            SELECT 1 FROM sweep_runs JOIN runs ON runs.id = sweep_runs.run_id
            WHERE sweep_runs.sweep_id = sweeps.id AND runs.state IN ('queued', 'running')
                AND (runs.predict_again OR NOT pie_serves(runs.predicted_splits, runs.outcome, sweeps.request, runs.recipe, runs.seed)))
        """, cancellation), cancellation);

    /// <returns>False: there is no such sweep.</returns>
    public Task<bool> ResumeAsync(Guid sweepId, CancellationToken cancellation) => ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync(
        $"UPDATE sweeps SET pause_requested_at = NULL WHERE id = {sweepId}", cancellation), cancellation);

    /// <summary>failed -> queued with all attempts new, for the runs of a sweep that was not cancelled.</summary>
    /// <returns>False: there is no such sweep.</returns>
    public Task<bool> RetryFailedAsync(Guid sweepId, CancellationToken cancellation) => ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync($"""
        UPDATE runs SET state = 'queued', attempts = 0, interruptions = 0, epochs_done = 0, error = NULL, not_before = NULL, finished_at = NULL,
            cancel_requested_at = NULL, pause_requested_at = NULL
        FROM sweep_runs JOIN sweeps ON sweeps.id = sweep_runs.sweep_id
        WHERE sweeps.id = {sweepId} AND sweeps.cancel_requested_at IS NULL AND sweep_runs.run_id = runs.id AND runs.state = 'failed'
        """, cancellation), cancellation);

    /// <summary>
    /// succeeded -> queued, for the runs of a sweep whose trained model is kept, or whose last checkpoint still is: the model predicts
    /// again, and nothing is trained.
    /// </summary>
    /// <returns>How many runs were queued; null: there is no such sweep.</returns>
    public async Task<int?> PredictAgainAsync(Guid sweepId, CancellationToken cancellation)
    {
        var queued = 0;
        var found = await ChangeAsync(sweepId, async db => queued = await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'queued', predict_again = true, attempts = 0, interruptions = 0, error = NULL, not_before = NULL,
                finished_at = NULL, cancel_requested_at = NULL, pause_requested_at = NULL
            FROM sweep_runs JOIN sweeps ON sweeps.id = sweep_runs.sweep_id
            WHERE sweeps.id = {sweepId} AND sweeps.cancel_requested_at IS NULL AND sweep_runs.run_id = runs.id AND runs.state = 'succeeded'
                -- A pruning may follow the last epoch of other methods than dense; it is not in the checkpoint.
                AND (runs.outcome ->> 'model' IS NOT NULL OR runs.method = 'dense' AND runs.checkpoint_epochs = runs.epochs_total)
            """, cancellation), cancellation);
        return found ? queued : null;
    }

    /// <summary>
    /// Removes a sweep that has ended, with its comparisons and the runs that no other sweep has; their files go with the next
    /// housekeeping of the workers.
    /// </summary>
    public async Task<SweepDeletion> DeleteAsync(Guid sweepId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await LockAsync(db, sweepId, cancellation)) return SweepDeletion.NoSuchSweep;

        // A cancelled run is still at work until its worker has heard of it.
        var open = (await db.Database.SqlQuery<int>($"""
            SELECT 1 AS "Value" FROM sweep_runs AS link JOIN runs ON runs.id = link.run_id JOIN sweeps ON sweeps.id = link.sweep_id
            WHERE sweeps.id = {sweepId} AND runs.state IN ('queued', 'running')
                AND (sweeps.cancel_requested_at IS NULL AND NOT pie_serves(runs.predicted_splits, runs.outcome, sweeps.request, runs.recipe, runs.seed)
                    OR NOT EXISTS (SELECT 1 FROM sweep_runs AS other WHERE other.run_id = runs.id AND other.sweep_id <> link.sweep_id))
            LIMIT 1
            """).ToListAsync(cancellation)).Count > 0;
        if (open) return SweepDeletion.StillAtWork;

        await LockRunsAsync(db, sweepId, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET sweep_id = heir.sweep_id
            FROM (SELECT run_id, min(sweep_id::text)::uuid AS sweep_id FROM sweep_runs WHERE sweep_id <> {sweepId} GROUP BY run_id) AS heir
            WHERE runs.id = heir.run_id AND runs.sweep_id = {sweepId}
            """, cancellation);
        // Models that no other sweep wants kept are no longer known, and their files go.
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET outcome = outcome - 'model'
            FROM sweep_runs AS link
            WHERE link.run_id = runs.id AND link.sweep_id = {sweepId} AND outcome ->> 'model' IS NOT NULL
                AND NOT EXISTS (
                    SELECT 1 FROM sweep_runs AS other JOIN sweeps ON sweeps.id = other.sweep_id
                    WHERE other.run_id = runs.id AND other.sweep_id <> {sweepId} AND sweeps.request ->> 'keepModels' = 'last')
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM runs USING sweep_runs AS link
            WHERE link.run_id = runs.id AND link.sweep_id = {sweepId}
                AND NOT EXISTS (SELECT 1 FROM sweep_runs AS other WHERE other.run_id = runs.id AND other.sweep_id <> {sweepId})
            """, cancellation);
        await db.Sweeps.Where(sweep => sweep.Id == sweepId).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return SweepDeletion.Deleted;
    }

    private async Task<bool> ChangeAsync(Guid sweepId, Func<PieDbContext, Task> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await LockAsync(db, sweepId, cancellation)) return false;

        await LockRunsAsync(db, sweepId, cancellation);
        await change(db);
        await SettleRunsAsync(db, sweepId, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Sweeps of one dataset share runs: whoever changes what they want does it one after the other.</summary>
    private static async Task<bool> LockAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        var dataset = await db.Sweeps.Where(sweep => sweep.Id == sweepId).Select(sweep => (Guid?)sweep.DatasetId).SingleOrDefaultAsync(cancellation);
        if (dataset is not { } datasetId) return false;
        await AdvisoryLocks.TakeDatasetAsync(db, datasetId, cancellation);
        return await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation);
    }

    /// <summary>In the order in which workers lock theirs.</summary>
    private static Task<int> LockRunsAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"SELECT 1 FROM runs JOIN sweep_runs AS link ON link.run_id = runs.id WHERE link.sweep_id = {sweepId} ORDER BY runs.id FOR UPDATE OF runs", cancellation);

    /// <summary>
    /// Tells the open runs of a sweep what all sweeps together want of them: a run is cancelled when no live sweep wants it, and
    /// paused when all that do are paused.
    /// </summary>
    private static async Task SettleRunsAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        var cancelled = await db.Database.SqlQuery<Guid>($"""
            UPDATE runs SET
                cancel_requested_at = CASE WHEN wish.wanted THEN NULL ELSE coalesce(cancel_requested_at, now()) END,
                pause_requested_at = CASE WHEN wish.wanted AND NOT wish.wanted_now THEN coalesce(pause_requested_at, now()) END,
                state = CASE WHEN NOT wish.wanted AND state = 'queued' THEN pie_ended(prediction_hash, 'cancelled') ELSE state END,
                finished_at = CASE WHEN NOT wish.wanted AND state = 'queued' THEN now() ELSE finished_at END
            FROM (
                -- A sweep that has its answers does not want the run that is trained again for another one.
                SELECT link.run_id, bool_or(sweeps.cancel_requested_at IS NULL AND open.is_open) AS wanted,
                    bool_or(sweeps.cancel_requested_at IS NULL AND open.is_open AND sweeps.pause_requested_at IS NULL) AS wanted_now
                FROM sweep_runs AS link JOIN sweeps ON sweeps.id = link.sweep_id JOIN runs AS run ON run.id = link.run_id
                CROSS JOIN LATERAL (
                    SELECT run.predict_again OR NOT pie_serves(run.predicted_splits, run.outcome, sweeps.request, run.recipe, run.seed) AS is_open) AS open
                WHERE EXISTS (SELECT 1 FROM sweep_runs AS own WHERE own.run_id = link.run_id AND own.sweep_id = {sweepId})
                GROUP BY link.run_id) AS wish
            WHERE runs.id = wish.run_id AND runs.state IN ('queued', 'running')
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        await Labelling.AskAsync(db, cancelled, cancellation);
    }
}

public enum SweepDeletion { Deleted, NoSuchSweep, StillAtWork }
