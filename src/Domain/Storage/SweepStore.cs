using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>Stores sweeps: existing runs are linked and missing runs are added, all in one transaction.</summary>
public sealed class SweepStore(IDbContextFactory<PieDbContext> contexts)
{
    /// <summary>How long a deletion waits for a worker that labels a comparison or changes a run.</summary>
    private const string DeletionWaits = "2s";

    /// <param name="sweep">A sweep with a request.</param>
    public async Task SubmitAsync(Sweep sweep, PlannedSweep plan, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two sweeps that want the same runs at the same time are stored one after the other, so that each run is added
        // once.
        await AdvisoryLocks.TakeDatasetAsync(db, sweep.DatasetId, cancellation);

        db.Sweeps.Add(sweep);
        await db.SaveChangesAsync(cancellation);
        await AddRunsAsync(db, sweep, plan.Runs, cancellation);
        await LinkRunsAsync(db, sweep, plan.Runs, cancellation);
        await DeviceWishes.SettleAsync(db, sweep.Id, cancellation);
        await AddComparisonsAsync(db, sweep, plan.Comparisons, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// A run is queued again if it failed, was cancelled, or did not predict, keep or observe what is wanted now. The
    /// highest priority of its sweeps applies.
    /// </summary>
    private static async Task AddRunsAsync(
        PieDbContext db, Sweep sweep, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var planned = PlannedColumns.Of(runs);
        var ids = runs.Select(_ => Guid.CreateVersion7()).ToArray();
        var ordinals = runs.Select(run => run.Ordinal).ToArray();
        var recipes = runs.Select(run => Json.Write(run.Recipe)).ToArray();
        var architectures = runs.Select(run => Wire.Name(run.Recipe.Architecture)).ToArray();
        var methods = runs.Select(run => Wire.Name(run.Recipe.Method)).ToArray();
        var sparsities = runs.Select(run => run.Recipe.Sparsity).ToArray();
        var vectors = runs.Select(run => run.Recipe.Vectors).ToArray();
        var checkpoints = runs.Select(run => run.Recipe.Checkpoint).ToArray();
        var epochs = runs.Select(run => run.Recipe.Plan.TotalEpochs).ToArray();
        var priority = (short)sweep.Request!.Priority;
        await db.Database.ExecuteSqlAsync($"""
            SELECT 1 FROM runs JOIN unnest({planned.Fingerprints}, {planned.Seeds}) AS planned(fingerprint, seed)
                ON runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint
                    AND runs.seed = planned.seed
            ORDER BY runs.id FOR UPDATE OF runs
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'queued', predict_again = false, attempts = 0, interruptions = 0, epochs_done = 0,
                error = NULL, notes = ARRAY[]::text[], not_before = NULL, started_at = NULL, finished_at = NULL
            FROM unnest({planned.Fingerprints}, {planned.Seeds},
                    {planned.WantedSplits}, {planned.WantedEpochs}, {planned.WantsModel})
                AS planned(fingerprint, seed, wanted_splits, wanted_epochs, wants_model)
            WHERE runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint
                AND runs.seed = planned.seed
                AND runs.state IN ('failed', 'cancelled', 'succeeded')
                AND NOT pie_is_met(planned.wanted_splits::text[], planned.wanted_epochs::integer[], planned.wants_model,
                    runs.predicted_splits, runs.observed_epochs, runs.model_path IS NOT NULL)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, architecture, method, sparsity, vectors,
                checkpoint, seed, state, priority, ordinal, device_wish, predict_splits, epochs_total, epochs_done,
                attempts, interruptions, lease_epoch, created_at)
            SELECT id, {sweep.DatasetId}, {sweep.Id}, fingerprint, recipe::jsonb, architecture, method, sparsity,
                vectors, checkpoint, seed, 'queued', {priority}, ordinal, device, wanted_splits::text[], epochs,
                0, 0, 0, 0, now()
            FROM unnest({ids}, {planned.Fingerprints}, {recipes}, {architectures}, {methods}, {sparsities}, {vectors},
                    {checkpoints}, {planned.Seeds}, {ordinals}, {planned.Devices}, {planned.WantedSplits}, {epochs})
                AS planned(id, fingerprint, recipe, architecture, method, sparsity, vectors, checkpoint, seed, ordinal,
                    device, wanted_splits, epochs)
            ON CONFLICT (dataset_id, fingerprint, seed) DO UPDATE SET
                priority = least(runs.priority, excluded.priority),
                predict_splits = ARRAY(SELECT DISTINCT unnest(runs.predict_splits || excluded.predict_splits)
                    ORDER BY 1),
                cancel_requested_at = NULL,
                pause_requested_at = NULL
            """, cancellation);
    }

    /// <summary>
    /// A run that exists already, or that another live sweep trains, adds no epochs to this sweep. Any other branch
    /// adds its epochs after the trunk, if the end of the trunk is still to come or still kept.
    /// </summary>
    internal static async Task LinkRunsAsync(
        PieDbContext db, Sweep sweep, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var planned = PlannedColumns.Of(runs);
        var trunks = runs.Select(run => run.TrunkFingerprint).ToArray();
        var ordinals = runs.Select(run => run.Ordinal).ToArray();
        var models = runs.Select(run => run.Model).ToArray();
        var baselines = runs.Select(run => run.Recipe.Method.IsDense()).ToArray();
        var shared = runs.Select(run => run.Recipe.Plan.SharedEpochs).ToArray();
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET trunk_run_id = trunk.id
            FROM unnest({planned.Fingerprints}, {trunks}, {planned.Seeds}) AS planned(fingerprint, trunk, seed)
            JOIN runs AS trunk ON trunk.dataset_id = {sweep.DatasetId} AND trunk.fingerprint = planned.trunk
                AND trunk.seed = planned.seed
            WHERE runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint
                AND runs.seed = planned.seed AND runs.trunk_run_id IS NULL
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_runs (
                sweep_id, run_id, ordinal, model, is_baseline, wanted_splits, wanted_epochs, wants_model, device_wish,
                shared_epochs)
            SELECT {sweep.Id}, runs.id, planned.ordinal, planned.model, planned.is_baseline,
                planned.wanted_splits::text[], planned.wanted_epochs::integer[], planned.wants_model,
                planned.device,
                CASE WHEN pie_is_met(
                        planned.wanted_splits::text[], planned.wanted_epochs::integer[], planned.wants_model,
                        runs.predicted_splits, runs.observed_epochs, runs.model_path IS NOT NULL)
                    OR (runs.predicted_splits IS NULL AND EXISTS (
                        SELECT 1 FROM sweep_runs AS link JOIN sweeps ON sweeps.id = link.sweep_id
                        WHERE link.run_id = runs.id AND sweeps.cancel_requested_at IS NULL))
                    THEN runs.epochs_total
                     WHEN trunk.state IN ('queued', 'running') OR trunk.checkpoint_path IS NOT NULL THEN planned.shared
                     ELSE 0 END
            FROM unnest({planned.Fingerprints}, {planned.Seeds}, {ordinals}, {models}, {baselines}, {shared},
                    {planned.WantedSplits}, {planned.WantedEpochs}, {planned.WantsModel}, {planned.Devices})
                AS planned(fingerprint, seed, ordinal, model, is_baseline, shared, wanted_splits, wanted_epochs,
                    wants_model, device)
            JOIN runs ON runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint
                AND runs.seed = planned.seed
            LEFT JOIN runs AS trunk ON trunk.id = runs.trunk_run_id
            """, cancellation);
    }

    /// <summary>The planned runs that have succeeded before but lack something that is wanted of them now.</summary>
    public static async Task<HashSet<Guid>> LackingAsync(
        PieDbContext db, Guid datasetId, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var planned = PlannedColumns.Of(runs);
        return [.. await db.Database.SqlQuery<Guid>($"""
            SELECT runs.id AS "Value"
            FROM unnest({planned.Fingerprints}, {planned.Seeds},
                    {planned.WantedSplits}, {planned.WantedEpochs}, {planned.WantsModel})
                AS planned(fingerprint, seed, wanted_splits, wanted_epochs, wants_model)
            JOIN runs ON runs.dataset_id = {datasetId} AND runs.fingerprint = planned.fingerprint
                AND runs.seed = planned.seed
            WHERE runs.predicted_splits IS NOT NULL
                AND NOT pie_is_met(planned.wanted_splits::text[], planned.wanted_epochs::integer[], planned.wants_model,
                    runs.predicted_splits, runs.observed_epochs, runs.model_path IS NOT NULL)
            """).ToListAsync(cancellation)];
    }

    internal static async Task AddComparisonsAsync(
        PieDbContext db, Sweep sweep, IReadOnlyList<PlannedComparison> comparisons, CancellationToken cancellation)
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
            ExpectedDense = sweep.Request!.Seeds!.Count,
            ExpectedPruned = sweep.Request.Seeds.Count,
        }));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>
    /// Cancels a sweep: its queued runs at once, and running ones when their worker learns of it, unless another live
    /// sweep wants them. A sweep that has ended is not changed.
    /// </summary>
    /// <returns>False if there is no such sweep.</returns>
    public Task<bool> CancelAsync(Guid sweepId, CancellationToken cancellation) =>
        ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync($"""
            UPDATE sweeps SET cancel_requested_at = now()
            WHERE id = {sweepId} AND cancel_requested_at IS NULL AND EXISTS (
                SELECT 1 FROM run_wishes AS wish
                WHERE wish.sweep_id = sweeps.id AND wish.run_state IN ('queued', 'running') AND NOT wish.is_met);
            -- Another live sweep that has the run may wait for the run to predict again.
            UPDATE runs SET predict_again = false
            FROM sweep_runs AS link
            WHERE link.run_id = runs.id AND link.sweep_id = {sweepId} AND runs.predict_again AND NOT EXISTS (
                SELECT 1 FROM sweep_runs AS other JOIN sweeps ON sweeps.id = other.sweep_id
                WHERE other.run_id = runs.id AND other.sweep_id <> {sweepId} AND sweeps.cancel_requested_at IS NULL)
            """, cancellation), cancellation);

    /// <summary>
    /// Pauses a sweep: its runs are not claimed any more, and workers return its running ones after their last
    /// checkpoint.
    /// </summary>
    /// <returns>False if there is no such sweep.</returns>
    public Task<bool> PauseAsync(Guid sweepId, CancellationToken cancellation) =>
        ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync($"""
            UPDATE sweeps SET pause_requested_at = now()
            WHERE id = {sweepId} AND cancel_requested_at IS NULL AND pause_requested_at IS NULL AND EXISTS (
                SELECT 1 FROM run_wishes AS wish
                WHERE wish.sweep_id = sweeps.id AND wish.run_state IN ('queued', 'running')
                    AND (wish.predict_again OR NOT wish.is_met))
            """, cancellation), cancellation);

    /// <returns>False if there is no such sweep.</returns>
    public Task<bool> ResumeAsync(Guid sweepId, CancellationToken cancellation) =>
        ChangeAsync(sweepId, db => db.Database.ExecuteSqlAsync(
            $"UPDATE sweeps SET pause_requested_at = NULL WHERE id = {sweepId}", cancellation), cancellation);

    /// <summary>
    /// failed -> queued with all attempts available again, for the runs of a sweep that was not cancelled. Its
    /// comparisons whose labelling failed are labelled again.
    /// </summary>
    /// <returns>False if there is no such sweep.</returns>
    public Task<bool> RetryFailedAsync(Guid sweepId, CancellationToken cancellation) =>
        ChangeAsync(sweepId, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET state = 'queued', attempts = 0, interruptions = 0, epochs_done = 0, error = NULL,
                    not_before = NULL, started_at = NULL, finished_at = NULL,
                    cancel_requested_at = NULL, pause_requested_at = NULL
                FROM sweep_runs JOIN sweeps ON sweeps.id = sweep_runs.sweep_id
                WHERE sweeps.id = {sweepId} AND sweeps.cancel_requested_at IS NULL AND sweep_runs.run_id = runs.id
                    AND runs.state = 'failed'
                """, cancellation);
            await Labelling.RetryAsync(db, sweepId, cancellation);
        }, cancellation);

    /// <summary>
    /// succeeded -> queued, for the runs of a sweep whose trained model or last checkpoint is still kept: the model
    /// predicts again, and nothing is trained.
    /// </summary>
    /// <returns>The number of its runs that are to predict again; null if there is no such sweep.</returns>
    public async Task<int?> PredictAgainAsync(Guid sweepId, CancellationToken cancellation)
    {
        var waiting = 0;
        var found = await ChangeAsync(sweepId, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET state = 'queued', predict_again = true, attempts = 0, interruptions = 0, error = NULL,
                    not_before = NULL, finished_at = NULL, cancel_requested_at = NULL, pause_requested_at = NULL
                FROM sweep_runs JOIN sweeps ON sweeps.id = sweep_runs.sweep_id
                WHERE sweeps.id = {sweepId} AND sweeps.cancel_requested_at IS NULL AND sweep_runs.run_id = runs.id
                    AND runs.state = 'succeeded'
                    -- With methods other than dense a pruning may follow the last epoch; it is not in the checkpoint.
                    AND (runs.model_path IS NOT NULL
                        OR runs.method = 'dense' AND runs.checkpoint_epochs = runs.epochs_total)
                """, cancellation);
            await Labelling.ReopenAsync(db, sweepId, cancellation);
            waiting = await db.SweepRuns.CountAsync(
                link => link.SweepId == sweepId && db.Runs.Any(run => run.Id == link.RunId && run.PredictAgain),
                cancellation);
        }, cancellation);
        return found ? waiting : null;
    }

    /// <summary>
    /// Removes a sweep that has ended, with its comparisons and the runs that no other sweep has; the workers remove
    /// their files at the next cleanup.
    /// </summary>
    public async Task<SweepDeletion> DeleteAsync(Guid sweepId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await LockAsync(db, sweepId, cancellation)) return SweepDeletion.NoSuchSweep;

        // A cancelled run is still being trained until its worker learns of it.
        var open = (await db.Database.SqlQuery<int>($"""
            SELECT 1 AS "Value" FROM run_wishes AS wish
            WHERE wish.sweep_id = {sweepId} AND wish.run_state IN ('queued', 'running')
                AND (wish.is_live AND NOT wish.is_met
                    -- That run needs the kept model, which may be kept for this sweep alone.
                    OR wish.predict_again
                    OR NOT EXISTS (
                        SELECT 1 FROM sweep_runs AS other
                        WHERE other.run_id = wish.run_id AND other.sweep_id <> wish.sweep_id))
            LIMIT 1
            """).ToListAsync(cancellation)).Count > 0;
        if (open) return SweepDeletion.StillAtWork;
        try
        {
            await RemoveAsync(db, sweepId, cancellation);
        }
        catch (Exception held)
            when (held.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            return SweepDeletion.StillAtWork;
        }
        await transaction.CommitAsync(cancellation);
        return SweepDeletion.Deleted;
    }

    private static async Task RemoveAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        // Millions of labels take longer to delete than the timeout that is right for other commands.
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        // The transaction that labels a comparison of the sweep holds its row for minutes.
        await db.Database.ExecuteSqlAsync($"SELECT set_config('lock_timeout', {DeletionWaits}, true)", cancellation);
        await LockRunsAsync(db, sweepId, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET sweep_id = heir.sweep_id
            FROM (SELECT run_id, min(sweep_id::text)::uuid AS sweep_id FROM sweep_runs WHERE sweep_id <> {sweepId}
                GROUP BY run_id) AS heir
            WHERE runs.id = heir.run_id AND runs.sweep_id = {sweepId}
            """, cancellation);
        // Models that no other sweep wants are removed from the rows, and their files are removed later.
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET model_path = NULL, model_store = NULL, model_bytes = NULL, model_sha256 = NULL
            FROM sweep_runs AS link
            WHERE link.run_id = runs.id AND link.sweep_id = {sweepId} AND model_path IS NOT NULL
                AND NOT EXISTS (
                    SELECT 1 FROM sweep_runs AS other
                    WHERE other.run_id = runs.id AND other.sweep_id <> {sweepId} AND other.wants_model)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM runs USING sweep_runs AS link
            WHERE link.run_id = runs.id AND link.sweep_id = {sweepId}
                AND NOT EXISTS (SELECT 1 FROM sweep_runs AS other WHERE other.run_id = runs.id
                    AND other.sweep_id <> {sweepId})
            """, cancellation);
        await db.Sweeps.Where(sweep => sweep.Id == sweepId).ExecuteDeleteAsync(cancellation);
    }

    private async Task<bool> ChangeAsync(Guid sweepId, Func<PieDbContext, Task> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await LockAsync(db, sweepId, cancellation)) return false;

        await LockRunsAsync(db, sweepId, cancellation);
        await change(db);
        await SettleRunsAsync(db, sweepId, cancellation);
        await DeviceWishes.SettleAsync(db, sweepId, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Sweeps of one dataset share runs, so changes of what they want are made one after the other.</summary>
    private static async Task<bool> LockAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        var dataset = await db.Sweeps.Where(sweep => sweep.Id == sweepId).Select(sweep => (Guid?)sweep.DatasetId)
            .SingleOrDefaultAsync(cancellation);
        if (dataset is not { } datasetId) return false;
        await AdvisoryLocks.TakeDatasetAsync(db, datasetId, cancellation);
        return await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation);
    }

    /// <summary>In the order in which workers lock their runs.</summary>
    private static Task<int> LockRunsAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"""
            SELECT 1 FROM runs JOIN sweep_runs AS link ON link.run_id = runs.id
            WHERE link.sweep_id = {sweepId} ORDER BY runs.id FOR UPDATE OF runs
            """, cancellation);

    /// <summary>
    /// Updates the open runs of a sweep by what all sweeps together want of them: a run is cancelled if no live sweep
    /// wants it, and paused if all sweeps that want it are paused.
    /// </summary>
    private static async Task SettleRunsAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        var cancelled = await db.Database.SqlQuery<Guid>($"""
            UPDATE runs SET
                cancel_requested_at = CASE WHEN wish.wanted THEN NULL ELSE coalesce(cancel_requested_at, now()) END,
                pause_requested_at = CASE WHEN wish.wanted
                    AND NOT wish.wanted_now THEN coalesce(pause_requested_at, now()) END,
                state = CASE WHEN NOT wish.wanted AND state = 'queued' THEN pie_ended(prediction_hash, 'cancelled')
                    ELSE state END,
                predict_again = predict_again AND wish.wanted,
                finished_at = CASE WHEN NOT wish.wanted AND state = 'queued' THEN now() ELSE finished_at END
            FROM (
                -- A sweep that has its predictions does not want a run that is trained again for another sweep.
                SELECT link.run_id, bool_or(link.is_live AND (link.predict_again OR NOT link.is_met)) AS wanted,
                    bool_or(link.is_live AND (link.predict_again OR NOT link.is_met) AND NOT link.is_paused)
                        AS wanted_now
                FROM run_wishes AS link
                WHERE EXISTS (
                    SELECT 1 FROM sweep_runs AS own WHERE own.run_id = link.run_id AND own.sweep_id = {sweepId})
                GROUP BY link.run_id) AS wish
            WHERE runs.id = wish.run_id AND runs.state IN ('queued', 'running')
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        await Labelling.AskAsync(db, cancelled, cancellation);
    }
}

public enum SweepDeletion { Deleted, NoSuchSweep, StillAtWork }
