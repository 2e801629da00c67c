using Microsoft.EntityFrameworkCore;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>Proof that this worker's results count: it is valid while the row has this lease epoch.</summary>
public sealed record RunLease(Guid RunId, long Epoch);

/// <summary>A run that was claimed, as its row is from then on.</summary>
/// <param name="For">The sweep for which it is trained; null if no live sweep wants it any more.</param>
public sealed record ClaimedRun(RunLease Lease, Run Run, TracedSweep? For);

/// <param name="Worker">The id of the worker.</param>
/// <param name="Store">The identity of the artifact folder that it reads and writes; null if it has none.</param>
/// <param name="Vectors">The names of the word vectors that it has.</param>
/// <param name="Checkpoints">The names of the pretrained checkpoints that it can use.</param>
/// <param name="DeviceType">The type of its devices: cpu or cuda.</param>
public sealed record Claimant(
    string Worker, string? Store, string[] Vectors, string[] Checkpoints, string DeviceType);

/// <summary>What an epoch adds to the run's row.</summary>
/// <param name="Checkpoint">Null if it could not be written; the previous one then stays.</param>
/// <param name="Observation">Null if no sweep wants the predictions of this epoch.</param>
public sealed record EpochRecord(
    IReadOnlyList<RunMetric> Metrics, int EpochsDone, StoredCheckpoint? Checkpoint, RunObservation? Observation = null);

/// <param name="Path">The path relative to the artifact folder.</param>
/// <param name="Store">The identity of that folder.</param>
public sealed record StoredCheckpoint(string Path, string Sha256, string Store);

/// <summary>The results of a training, or of predicting again.</summary>
/// <param name="Device">The device that computed them, such as cpu or cuda:0.</param>
/// <param name="Predictions">One for each predicted split; test is always among them.</param>
/// <param name="Model">Null if no model is kept.</param>
public sealed record RunResult(
    RunOutcome Outcome, string Device, IReadOnlyList<RunPredictions> Predictions, KeptModel? Model = null);

/// <summary>
/// The state changes of a run that is being trained. Each is one guarded statement: it names the state and the lease
/// epoch that it starts from, and returns false if the row has left them. The database's clock is the only clock.
/// </summary>
public sealed class RunLeases(IDbContextFactory<PieDbContext> contexts, LeaseSettings settings)
{
    /// <summary>The back-off is doubled at most this many times: 5 s become 21 minutes.</summary>
    private const int MostDoublings = 8;

    /// <summary>
    /// How many places ahead in line a run may be preferred for its checkpoint: a few cohorts of a study, so that
    /// comparisons still finish early.
    /// </summary>
    private const int AffinityWindow = 64;

    /// <summary>
    /// Predictions of a gigabyte take longer than the timeout that is right for other commands; when that passes, it
    /// looks like an outage, and they would be sent again without end. A connection that was lost without notice is
    /// noticed after this time.
    /// </summary>
    private static readonly TimeSpan ResultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The notes of a run that are kept; the oldest are dropped.</summary>
    private const int MostNotes = 20;

    /// <summary>
    /// queued -> running, for the run that is first in line by priority, age and place in its sweep. Among the next
    /// few, a run whose checkpoint (or whose trunk's) this worker can read comes first. Returns null if no run is
    /// ready.
    /// </summary>
    public async Task<ClaimedRun?> ClaimNextAsync(Claimant by, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Claims are made one at a time, so that two workers never pick the same run and never skip one.
        await AdvisoryLocks.TakeAsync(db, AdvisoryLocks.Claim, cancellation);
        if (await FirstInLineAsync(db, by, cancellation) is not { } next) return null;
        var claimed = await db.Database.SqlQuery<RunLease>($"""
            UPDATE runs SET state = 'running', lease_epoch = lease_epoch + 1, attempts = attempts + 1,
                lease_owner = {by.Worker}, worker = {by.Worker}, lease_until = now() + {settings.Lease},
                epochs_done = CASE WHEN predict_again THEN epochs_total
                    WHEN checkpoint_store = {by.Store} THEN coalesce(checkpoint_epochs, 0) ELSE 0 END,
                started_at = coalesce(started_at, now()), error = NULL
            -- Repeated here because the row may have changed since it was found.
            WHERE id = {next} AND state = 'queued' AND pause_requested_at IS NULL
                AND (not_before IS NULL OR not_before <= now())
            RETURNING id AS run_id, lease_epoch AS epoch
            """).ToListAsync(cancellation);
        if (claimed is not [var lease]) return null;

        var run = await db.Runs.AsNoTracking().SingleAsync(row => row.Id == lease.RunId, cancellation);
        var sweep = await TracedSweep.OfRunAsync(db, lease.RunId, cancellation);
        // Not cancellable: a claim that is made but unknown to the worker costs a whole lease.
        await transaction.CommitAsync(CancellationToken.None);
        return new ClaimedRun(lease, run, sweep);
    }

    /// <summary>
    /// Whether the run that is first in line for this worker is one of a pretrained checkpoint; false if none is ready.
    /// </summary>
    public async Task<bool> IsBertNextAsync(Claimant by, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await FirstInLineAsync(db, by, cancellation) is { } next
            && await db.Runs.AnyAsync(run => run.Id == next && run.Architecture == Architecture.Bert, cancellation);
    }

    /// <summary>
    /// Whether this worker could claim a run now, or a comparison whose runs have all ended is to be labelled.
    /// </summary>
    public async Task<bool> HasWorkAsync(Claimant by, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await FirstInLineAsync(db, by, cancellation) is not null || await db.Database.SqlQuery<bool>(
            $"""SELECT EXISTS (SELECT 1 FROM comparisons_to_label) AS "Value" """).SingleAsync(cancellation);
    }

    /// <summary>The run that a worker would claim now; null if none is ready that it can train.</summary>
    private static async Task<Guid?> FirstInLineAsync(PieDbContext db, Claimant by, CancellationToken cancellation)
    {
        var first = await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM (
                SELECT * FROM ready_runs
                WHERE (vectors IS NULL OR vectors = ANY({by.Vectors}))
                    AND (checkpoint IS NULL OR checkpoint = ANY({by.Checkpoints}))
                    AND (NOT predict_again OR store = {by.Store})
                    AND device_wish IN ('any', {by.DeviceType})
                ORDER BY priority, created_at, ordinal LIMIT {AffinityWindow}) AS line
            ORDER BY priority, store IS NOT NULL AND store IS DISTINCT FROM {by.Store}, created_at, ordinal LIMIT 1
            """).ToListAsync(cancellation);
        return first.Count == 0 ? null : first[0];
    }

    /// <summary>
    /// Extends the leases that this worker still holds. A row that is being written at this moment is skipped: to wait
    /// for it would delay the others, and its writer extends or ends the lease.
    /// </summary>
    public async Task BeatAsync(IReadOnlyCollection<RunLease> leases, CancellationToken cancellation)
    {
        var (ids, epochs) =
            (leases.Select(lease => lease.RunId).ToArray(), leases.Select(lease => lease.Epoch).ToArray());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET lease_until = now() + {settings.Lease}
            FROM (
                SELECT runs.id FROM unnest({ids}, {epochs}) AS lease(id, epoch)
                JOIN runs ON runs.id = lease.id AND runs.lease_epoch = lease.epoch AND runs.state = 'running'
                FOR UPDATE OF runs SKIP LOCKED) AS held
            WHERE runs.id = held.id
            """, cancellation);
    }

    /// <summary>
    /// Returns what is wanted of the leases that this worker still holds; a lease that is missing from the result is
    /// lost. Never waits for a lock.
    /// </summary>
    public async Task<IReadOnlyList<HeldLease>> LookAsync(
        IReadOnlyCollection<RunLease> leases, CancellationToken cancellation)
    {
        var (ids, epochs) =
            (leases.Select(lease => lease.RunId).ToArray(), leases.Select(lease => lease.Epoch).ToArray());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Database.SqlQuery<HeldLease>($"""
            SELECT runs.id AS run_id, runs.lease_epoch AS epoch,
                runs.cancel_requested_at IS NOT NULL AS cancel_requested,
                runs.pause_requested_at IS NOT NULL AS pause_requested
            FROM unnest({ids}, {epochs}) AS held(id, epoch)
            JOIN runs ON runs.id = held.id AND runs.lease_epoch = held.epoch AND runs.state = 'running'
            """).ToListAsync(cancellation);
    }

    /// <summary>
    /// Stores an epoch's metrics, its observation and its checkpoint, and extends the lease, all in one transaction: so
    /// a run that resumes from a checkpoint has observed every wanted epoch before it.
    /// </summary>
    public Task<bool> RecordEpochAsync(RunLease lease, EpochRecord epoch, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            db.Database.SetCommandTimeout(ResultTimeout);
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET epochs_done = {epoch.EpochsDone}, lease_until = now() + {settings.Lease}
                WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                """, cancellation);
            if (epoch.Checkpoint is { } checkpoint)
            {
                await db.Database.ExecuteSqlAsync($"""
                    UPDATE runs SET checkpoint_path = {checkpoint.Path}, checkpoint_sha256 = {checkpoint.Sha256},
                        checkpoint_store = {checkpoint.Store}, checkpoint_epochs = {epoch.EpochsDone}
                    WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                    """, cancellation);
            }
            // An epoch that was trained again after a crash between checkpoint and commit has the same values.
            foreach (var metric in epoch.Metrics)
            {
                await db.RunMetrics.Where(
                    m => m.RunId == metric.RunId && m.Epoch == metric.Epoch && m.Split == metric.Split)
                    .ExecuteDeleteAsync(cancellation);
                db.RunMetrics.Add(metric);
            }
            if (epoch.Observation is { } observation)
            {
                await db.RunObservations.Where(o => o.RunId == observation.RunId && o.Epoch == observation.Epoch)
                    .ExecuteDeleteAsync(cancellation);
                db.RunObservations.Add(observation);
            }
            await db.SaveChangesAsync(cancellation);
        }, cancellation);

    /// <summary>
    /// running -> succeeded, with all results of the run, in one transaction; -> queued if a sweep has meanwhile come
    /// to want a split or an epoch that was not predicted, or the model that was not kept. The results of an earlier
    /// training of the run are replaced completely.
    /// </summary>
    /// <exception cref="ModelMismatchException">The run was trained with other vectors or another checkpoint than the
    /// dataset's other runs; nothing is stored.</exception>
    public Task<bool> SucceedAsync(RunLease lease, RunResult result, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            db.Database.SetCommandTimeout(ResultTimeout);
            var (outcome, device, predictions, model) = result;
            var run = await db.Runs.AsNoTracking().SingleAsync(row => row.Id == lease.RunId, cancellation);
            if (run.Recipe!.Vectors is { } vectors && outcome.VectorsSha256 is { } vectorsSha256)
                await ModelPins.RequireAsync(
                    db, run.DatasetId, ModelKind.Vectors, vectors, vectorsSha256, cancellation);
            if (run.Recipe.Checkpoint is { } checkpoint && outcome.CheckpointSha256 is { } checkpointSha256)
                await ModelPins.RequireAsync(
                    db, run.DatasetId, ModelKind.Bert, checkpoint, checkpointSha256, cancellation);
            await db.RunPredictions.Where(stored => stored.RunId == lease.RunId).ExecuteDeleteAsync(cancellation);
            db.RunPredictions.AddRange(predictions);
            await db.SaveChangesAsync(cancellation);
            int[] observed = [.. outcome.ObservedEpochs ?? []];
            await db.RunObservations.Where(stored => stored.RunId == lease.RunId && !observed.Contains(stored.Epoch))
                .ExecuteDeleteAsync(cancellation);

            var test = predictions.Single(p => p.Split == Datasets.Split.Test);
            var hash = PackedPredictions.Hash(test.Classes, test.Scores);
            var achieved = PrunableWeights.Of(outcome.Tensors).AchievedSparsity;
            var json = Json.Write(outcome);
            var splits = predictions.Select(stored => Wire.Name(stored.Split)).ToArray();
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, cancel_requested_at = NULL,
                    state = CASE WHEN result.is_all THEN 'succeeded' ELSE 'queued' END,
                    finished_at = CASE WHEN result.is_all THEN now() END,
                    attempts = CASE WHEN result.is_all THEN attempts ELSE 0 END,
                    interruptions = CASE WHEN result.is_all THEN interruptions ELSE 0 END,
                    -- The same type and name of device, CPU capability, thread count and micro-batch must give the same
                    -- bits.
                    is_repeatable = is_repeatable AND (prediction_hash IS NULL OR prediction_hash = {hash}
                        OR {run.Outcome?.PredictedBy is not null}
                        OR split_part(runs.device, ':', 1) <> split_part({device}, ':', 1)
                        OR cpu_capability <> {outcome.CpuCapability} OR threads <> {outcome.Threads}
                        OR gpu IS DISTINCT FROM {outcome.Host.Gpu}
                        OR micro_batch IS DISTINCT FROM {outcome.MicroBatch}),
                    training_seconds = (SELECT sum(seconds) FROM run_metrics WHERE run_id = {lease.RunId}
                        AND split = 'train'),
                    epochs_done = epochs_total, device = {device}, outcome = {json}::jsonb,
                    cpu_capability = {outcome.CpuCapability}, threads = {outcome.Threads}, gpu = {outcome.Host.Gpu},
                    micro_batch = {outcome.MicroBatch}, predicted_splits = {splits},
                    observed_epochs = {observed}, model_path = {model?.Path}, model_store = {model?.Store},
                    model_bytes = {model?.Bytes}, model_sha256 = {model?.Sha256}, prediction_hash = {hash},
                    achieved_sparsity = {achieved}
                FROM (
                    SELECT predict_splits <@ {splits} AND NOT EXISTS (
                        SELECT 1 FROM run_wishes AS wish
                        WHERE wish.run_id = runs.id AND wish.is_live AND NOT pie_is_met(
                            wish.wanted_splits, wish.wanted_epochs, wish.wants_model,
                            {splits}, {observed}, {model is not null})) AS is_all
                    FROM runs WHERE id = {lease.RunId}) AS result
                WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                """, cancellation);
            await Labelling.AskAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>
    /// running -> succeeded, for a run whose trained model has predicted again: its predictions and score are replaced,
    /// and the other results of its training stay. -> queued, to be trained, if a sweep has come to want what the model
    /// did not predict.
    /// </summary>
    public Task<bool> PredictAgainAsync(
        RunLease lease, RunScore score, double? threshold, PredictedBy by, IReadOnlyList<RunPredictions> predictions,
        CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            db.Database.SetCommandTimeout(ResultTimeout);
            await db.RunPredictions.Where(stored => stored.RunId == lease.RunId).ExecuteDeleteAsync(cancellation);
            db.RunPredictions.AddRange(predictions);
            await db.SaveChangesAsync(cancellation);

            var test = predictions.Single(p => p.Split == Datasets.Split.Test);
            var hash = PackedPredictions.Hash(test.Classes, test.Scores);
            var splits = predictions.Select(stored => Wire.Name(stored.Split)).ToArray();
            var run = await db.Runs.AsNoTracking().SingleAsync(row => row.Id == lease.RunId, cancellation);
            var outcome = Json.Write(run.Outcome! with { Test = score, Threshold = threshold, PredictedBy = by });
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, cancel_requested_at = NULL, state = 'succeeded',
                    finished_at = now(),
                    predict_again = false, predicted_splits = {splits}, epochs_done = epochs_total,
                        prediction_hash = {hash},
                    outcome = {outcome}::jsonb
                WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                """, cancellation);
            await QueueUnservedAsync(db, [lease.RunId], cancellation);
            await Labelling.AskAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>
    /// succeeded -> queued, to be trained, for runs that were to predict again when a sweep came that wants more than
    /// they have: another split, the predictions of an epoch, or a kept model.
    /// </summary>
    private static Task<int> QueueUnservedAsync(PieDbContext db, Guid[] runs, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'queued', attempts = 0, interruptions = 0, epochs_done = 0, not_before = NULL,
                started_at = NULL, finished_at = NULL
            WHERE id = ANY({runs}) AND state = 'succeeded' AND EXISTS (
                SELECT 1 FROM run_wishes AS wish WHERE wish.run_id = runs.id AND wish.is_live AND NOT wish.is_met)
            """, cancellation);

    /// <summary>
    /// running -> queued after a failed attempt, with back-off; -> failed if it may not be tried again; -> cancelled if
    /// that was requested. A run that was only to predict again becomes succeeded instead of failed or cancelled, with
    /// the predictions that it has.
    /// </summary>
    public Task<bool> FailAttemptAsync(RunLease lease, string error, bool retry, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, error = {error}, state = next.state,
                    predict_again = predict_again AND next.state = 'queued',
                    not_before = CASE next.state
                        WHEN 'queued' THEN now() + {settings.Backoff} * power(2,
                            least(attempts - 1, {MostDoublings})) END,
                    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE now() END
                FROM (SELECT CASE WHEN cancel_requested_at IS NOT NULL THEN pie_ended(prediction_hash, 'cancelled')
                        WHEN {retry} AND attempts < {settings.MaxAttempts} THEN 'queued'
                        WHEN predict_again THEN 'succeeded' ELSE 'failed' END AS state
                    FROM runs WHERE id = {lease.RunId}) AS next
                WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND runs.state = 'running'
                """, cancellation);
            await QueueUnservedAsync(db, [lease.RunId], cancellation);
            await Labelling.AskAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>Adds a note to a run; the state does not change.</summary>
    public Task<bool> NoteAsync(RunLease lease, string note, CancellationToken cancellation) =>
        WithLeaseAsync(lease, db => db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET notes = (array_append(array_remove(notes, {note}), {note}))[
                greatest(1, array_length(array_append(array_remove(notes, {note}), {note}), 1) - {MostNotes} + 1):]
            WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
            """, cancellation), cancellation);

    /// <summary>
    /// running -> queued by a worker that must release the run, because the worker stops or the run is paused; ->
    /// cancelled if that was requested. The run is not at fault, so the attempt does not count.
    /// </summary>
    public Task<bool> YieldAsync(RunLease lease, CancellationToken cancellation) =>
        WithLeaseAsync(lease, async db =>
        {
            await db.Database.ExecuteSqlAsync($"""
                UPDATE runs SET lease_owner = NULL, lease_until = NULL, attempts = attempts - 1,
                    state = CASE WHEN cancel_requested_at IS NULL THEN 'queued'
                        ELSE pie_ended(prediction_hash, 'cancelled') END,
                    predict_again = predict_again AND cancel_requested_at IS NULL,
                    finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE now() END
                WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                """, cancellation);
            await Labelling.AskAsync(db, [lease.RunId], cancellation);
        }, cancellation);

    /// <summary>
    /// running -> queued for every run whose lease has expired (-> cancelled if that was requested, -> failed after too
    /// many interruptions). The attempt is counted as an interruption. Returns the number of reclaimed runs.
    /// </summary>
    public async Task<int> ReclaimLostAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var lost = await db.Database.SqlQuery<Guid>($"""
            UPDATE runs SET lease_owner = NULL, lease_until = NULL,
                attempts = attempts - 1, interruptions = interruptions + 1,
                -- It may be what brings its workers down.
                not_before = now() + {settings.Backoff} * power(2, least(interruptions, {MostDoublings})),
                state = CASE WHEN cancel_requested_at IS NOT NULL THEN pie_ended(prediction_hash, 'cancelled')
                    WHEN interruptions + 1 < {settings.MaxInterruptions} THEN 'queued'
                    WHEN predict_again THEN 'succeeded' ELSE 'failed' END,
                predict_again = predict_again AND cancel_requested_at IS NULL
                    AND interruptions + 1 < {settings.MaxInterruptions},
                finished_at = CASE WHEN cancel_requested_at IS NOT NULL
                    OR interruptions + 1 >= {settings.MaxInterruptions} THEN now() END,
                error = CASE WHEN interruptions + 1 >= {settings.MaxInterruptions}
                    THEN 'The workers that had it were lost ' || (interruptions + 1) || ' times.' ELSE error END
            -- A row that somebody holds is not lost: its owner is just beating or writing.
            WHERE id IN (SELECT id FROM runs WHERE state = 'running' AND lease_until < now() ORDER BY id
                FOR UPDATE SKIP LOCKED)
            RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        await QueueUnservedAsync(db, [.. lost], cancellation);
        await Labelling.AskAsync(db, lost, cancellation);
        await transaction.CommitAsync(cancellation);
        return lost.Count;
    }

    /// <summary>
    /// Runs the statements in a transaction that locks the row under this lease; returns false if the lease is lost.
    /// </summary>
    private async Task<bool> WithLeaseAsync(
        RunLease lease, Func<PieDbContext, Task> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var held = await db.Database.SqlQuery<int>($"""
            SELECT 1 AS "Value" FROM runs WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
                FOR UPDATE
            """).ToListAsync(cancellation);
        if (held.Count == 0) return false;

        await change(db);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}

public sealed record HeldLease(Guid RunId, long Epoch, bool CancelRequested, bool PauseRequested);
