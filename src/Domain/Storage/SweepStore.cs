using Microsoft.EntityFrameworkCore;
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
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({sweep.DatasetId.ToString()}, 0))", cancellation);

        db.Sweeps.Add(sweep);
        await db.SaveChangesAsync(cancellation);
        await AddRunsAsync(db, sweep, plan.Runs, cancellation);
        await LinkRunsAsync(db, sweep, plan.Runs, cancellation);
        await AddComparisonsAsync(db, sweep, plan.Comparisons, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>A run that failed or was cancelled is queued again; the highest priority wins.</summary>
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
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO runs (id, dataset_id, sweep_id, fingerprint, recipe, architecture, method, sparsity, seed, state, priority, ordinal,
                epochs_total, epochs_done, attempts, interruptions, lease_epoch, created_at)
            SELECT id, {sweep.DatasetId}, {sweep.Id}, fingerprint, recipe::jsonb, architecture, method, sparsity, seed, 'queued', {priority}, ordinal,
                epochs, 0, 0, 0, 0, now()
            FROM unnest({ids}, {fingerprints}, {recipes}, {architectures}, {methods}, {sparsities}, {seeds}, {ordinals}, {epochs})
                AS planned(id, fingerprint, recipe, architecture, method, sparsity, seed, ordinal, epochs)
            ON CONFLICT (dataset_id, fingerprint, seed) DO UPDATE SET
                priority = least(runs.priority, excluded.priority),
                cancel_requested_at = NULL,
                state = CASE WHEN runs.state IN ('failed', 'cancelled') THEN 'queued' ELSE runs.state END,
                attempts = CASE WHEN runs.state IN ('failed', 'cancelled') THEN 0 ELSE runs.attempts END,
                interruptions = CASE WHEN runs.state IN ('failed', 'cancelled') THEN 0 ELSE runs.interruptions END,
                error = CASE WHEN runs.state IN ('failed', 'cancelled') THEN NULL ELSE runs.error END,
                finished_at = CASE WHEN runs.state IN ('failed', 'cancelled') THEN NULL ELSE runs.finished_at END,
                not_before = CASE WHEN runs.state IN ('failed', 'cancelled') THEN NULL ELSE runs.not_before END,
                dispatched_at = CASE WHEN runs.state IN ('failed', 'cancelled') THEN NULL ELSE runs.dispatched_at END
            """, cancellation);
    }

    /// <summary>
    /// A run of an earlier sweep costs this one nothing; a new branch costs its epochs after the trunk, where the trunk's
    /// end is still to come or still kept.
    /// </summary>
    private static async Task LinkRunsAsync(PieDbContext db, Sweep sweep, IReadOnlyList<PlannedRun> runs, CancellationToken cancellation)
    {
        var fingerprints = runs.Select(run => run.Fingerprint).ToArray();
        var trunks = runs.Select(run => run.TrunkFingerprint).ToArray();
        var seeds = runs.Select(run => run.Seed).ToArray();
        var ordinals = runs.Select(run => run.Ordinal).ToArray();
        var models = runs.Select(run => run.Model).ToArray();
        var shared = runs.Select(run => run.Recipe.Plan.SharedEpochs).ToArray();
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET trunk_run_id = trunk.id
            FROM unnest({fingerprints}, {trunks}, {seeds}) AS planned(fingerprint, trunk, seed)
            JOIN runs AS trunk ON trunk.dataset_id = {sweep.DatasetId} AND trunk.fingerprint = planned.trunk AND trunk.seed = planned.seed
            WHERE runs.dataset_id = {sweep.DatasetId} AND runs.fingerprint = planned.fingerprint AND runs.seed = planned.seed AND runs.trunk_run_id IS NULL
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_runs (sweep_id, run_id, ordinal, model, shared_epochs)
            SELECT {sweep.Id}, runs.id, planned.ordinal, planned.model,
                CASE WHEN runs.sweep_id <> {sweep.Id} THEN runs.epochs_total
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
            Baseline = Recipes.Method.Dense,
            Split = planned.Split,
            DenseFingerprint = planned.DenseFingerprint,
            PrunedFingerprint = planned.PrunedFingerprint,
            ExpectedSeeds = sweep.Request.Seeds!.Count,
        }));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>
    /// Cancels a sweep and the runs that no other live sweep wants: queued ones at once, running ones as soon as their worker
    /// sees it. A sweep that has ended stays as it is. False: there is no such sweep.
    /// </summary>
    public async Task<bool> CancelAsync(Guid sweepId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation)) return false;

        await db.Database.ExecuteSqlAsync($"""
            UPDATE sweeps SET cancel_requested_at = now()
            WHERE id = {sweepId} AND cancel_requested_at IS NULL AND EXISTS (
                SELECT 1 FROM sweep_runs JOIN runs ON runs.id = sweep_runs.run_id
                WHERE sweep_runs.sweep_id = sweeps.id AND runs.state IN ('queued', 'running'))
            """, cancellation);
        var cancelled = await db.Database.SqlQuery<Guid>($"""
            UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now()),
                state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                finished_at = CASE state WHEN 'queued' THEN now() ELSE finished_at END
            WHERE state IN ('queued', 'running') AND EXISTS (SELECT 1 FROM sweep_runs WHERE run_id = runs.id AND sweep_id = {sweepId})
                AND NOT EXISTS (
                    SELECT 1 FROM sweep_runs JOIN sweeps ON sweeps.id = sweep_runs.sweep_id
                    WHERE sweep_runs.run_id = runs.id AND sweeps.cancel_requested_at IS NULL)
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        await RunLeases.AskForLabelsAsync(db, cancelled, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}
