using Microsoft.EntityFrameworkCore;
using PieService.Domain.Bundles;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>The sweep of a bundle, as it is stored now.</summary>
/// <param name="IsNew">False if it had been stored before, with the same content.</param>
/// <param name="DatasetIsNew">False if a dataset with this content existed, whose runs are shared.</param>
/// <param name="Added">The number of runs that were added.</param>
/// <param name="Linked">The number of runs that existed, and are linked as a submitted sweep links them.</param>
/// <param name="Differing">The runs that existed and have other predictions than those of the bundle; they keep
/// their own.</param>
public sealed record StoredBundle(
    Guid SweepId, Guid DatasetId, bool IsNew, bool DatasetIsNew, int Added, int Linked,
    IReadOnlyList<Guid> Differing);

/// <summary>A bundle cannot be stored beside the runs that this service has.</summary>
public sealed class BundleConflictException(string message) : Exception(message);

/// <summary>
/// Stores the sweep of a bundle with its dataset and runs; all of it or nothing. Its comparisons wait to be labelled,
/// as those of any sweep. Ids are kept where they are free.
/// </summary>
public sealed class BundleImport(IDbContextFactory<PieDbContext> contexts)
{
    /// <param name="otherwise">The id of the sweep if another sweep has the one of the bundle.</param>
    /// <exception cref="BundleConflictException">
    /// A run of the bundle exists here and lacks what the bundle has, or the models of the dataset used other files.
    /// </exception>
    public async Task<StoredBundle> StoreAsync(Bundle bundle, Guid otherwise, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // The same bundle twice at the same time is stored once.
        await AdvisoryLocks.TakeDatasetAsync(db, bundle.Dataset.Id, cancellation);
        var id = bundle.Sweep.Id;
        if (await db.Sweeps.AnyAsync(taken => taken.Id == bundle.Sweep.Id, cancellation))
        {
            if (await StoredBeforeAsync(db, bundle, otherwise, cancellation) is { } known)
                return new(known.Id, known.DatasetId, IsNew: false, DatasetIsNew: false, 0, 0, []);
            id = otherwise;
        }
        var (dataset, isNew) = await DatasetOfAsync(db, bundle, cancellation);
        if (dataset != bundle.Dataset.Id) await AdvisoryLocks.TakeDatasetAsync(db, dataset, cancellation);
        var sweep = bundle.Sweep.AsSweep(id, dataset);
        db.Sweeps.Add(sweep);
        await db.SaveChangesAsync(cancellation);
        var (added, linked, differing) = await AddRunsAsync(db, bundle, sweep, cancellation);
        await AddComparisonsAsync(db, bundle, sweep, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(id, dataset, IsNew: true, isNew, added, linked, differing);
    }

    /// <summary>
    /// The sweep that an earlier attempt of this request has stored, or one on the dataset with the content of the
    /// bundle, the one with its id first. Predictions are read only of sweeps with the same outline.
    /// </summary>
    private static async Task<Sweep?> StoredBeforeAsync(
        PieDbContext db, Bundle bundle, Guid otherwise, CancellationToken cancellation)
    {
        var ids = await (
            from sweep in db.Sweeps
            join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
            where dataset.ContentHash == bundle.Dataset.ContentHash
            orderby sweep.Id == otherwise descending, sweep.Id == bundle.Sweep.Id descending, sweep.Id
            select sweep.Id).ToListAsync(cancellation);
        foreach (var id in ids)
        {
            var known = (await BundleExport.OfAsync(db, id, cancellation))!;
            if (id == otherwise || (known.Outline == bundle.Outline
                && await known.ContentHashAsync(cancellation) == bundle.ContentHash))
                return known.Sweep;
        }
        return null;
    }

    /// <summary>
    /// A dataset with this content is used, the one with the same id or the oldest; else it is added.
    /// </summary>
    private static async Task<(Guid Id, bool IsNew)> DatasetOfAsync(
        PieDbContext db, Bundle bundle, CancellationToken cancellation)
    {
        var known = await db.Datasets.Where(dataset => dataset.ContentHash == bundle.Dataset.ContentHash)
            .OrderByDescending(dataset => dataset.Id == bundle.Dataset.Id).ThenBy(dataset => dataset.CreatedAt)
            .Select(dataset => (Guid?)dataset.Id).FirstOrDefaultAsync(cancellation);
        if (known is { } existing) return (existing, false);
        var isTaken = await db.Datasets.AnyAsync(dataset => dataset.Id == bundle.Dataset.Id, cancellation);
        var id = isTaken ? Guid.CreateVersion7() : bundle.Dataset.Id;
        db.Datasets.Add(bundle.DatasetAs(id));
        await db.SaveChangesAsync(cancellation);
        await ExampleCopy.WriteAsync(db, bundle.Examples(id, cancellation), cancellation);
        return (id, true);
    }

    /// <summary>
    /// One run after the other, because the predictions of one are in memory at a time. The lock of the dataset keeps
    /// runs from being added and deleted. Existing runs are locked only when the bundle is read: workers wait for the
    /// locks of their runs.
    /// </summary>
    private static async Task<(int Added, int Linked, IReadOnlyList<Guid> Differing)> AddRunsAsync(
        PieDbContext db, Bundle bundle, Sweep sweep, CancellationToken cancellation)
    {
        var (added, linked, differing, unrepeatable) = (0, new List<Guid>(), new List<Guid>(), new List<Guid>());
        foreach (var results in bundle.Runs(cancellation))
        {
            var fingerprint = results.Run.Cohort is { } cohort
                ? ForeignFingerprint.Of(sweep.Id, cohort) : results.Run.Fingerprint;
            var seed = results.Run.Seed;
            var existing = await db.Runs.AsNoTracking().SingleOrDefaultAsync(
                run => run.DatasetId == sweep.DatasetId && run.Fingerprint == fingerprint && run.Seed == seed,
                cancellation);
            if (existing is null)
            {
                await AddRunAsync(db, sweep, results, fingerprint, cancellation);
                added++;
                continue;
            }
            linked.Add(existing.Id);
            if (!Differs(existing, results)) continue;
            differing.Add(existing.Id);
            if (HasConditionsOf(existing, results.Run)) unrepeatable.Add(existing.Id);
        }
        await LockAsync(db, linked, cancellation);
        await db.Runs.Where(run => unrepeatable.Contains(run.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(run => run.IsRepeatable, false), cancellation);
        if (bundle.Plan is { } plan)
            // The bundle has no models, so the sweep that is stored does not want them.
            await SweepStore.LinkRunsAsync(
                db, sweep, [.. plan.Runs.Select(run => run with { Wish = run.Wish with { Model = false } })],
                cancellation);
        return (added, linked.Count, differing);
    }

    /// <summary>In the order in which workers lock their runs.</summary>
    private static Task<int> LockAsync(PieDbContext db, List<Guid> runs, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM runs WHERE id = ANY({runs.ToArray()}) ORDER BY id FOR UPDATE", cancellation);

    private static async Task AddRunAsync(
        PieDbContext db, Sweep sweep, RunResults results, string fingerprint, CancellationToken cancellation)
    {
        var bundled = results.Run;
        var id = await db.Runs.AnyAsync(run => run.Id == bundled.Id, cancellation)
            ? Guid.CreateVersion7() : bundled.Id;
        await RequireSameModelsAsync(db, sweep, bundled, cancellation);
        var run = ImportedRun.Of(id, sweep, fingerprint, results);
        db.Runs.Add(run);
        db.RunMetrics.AddRange(bundled.Metrics.Select(metric => metric.AsMetric(id)));
        db.RunPredictions.AddRange(results.Predictions.Select(predictions => predictions.AsPredictions(id)));
        if (bundled.Cohort is not null)
            db.SweepRuns.Add(new SweepRun
            {
                SweepId = sweep.Id,
                RunId = id,
                Ordinal = bundled.Ordinal,
                Model = bundled.Model,
                WantedSplits = run.PredictSplits,
                WantedEpochs = [],
            });
        await SaveAsync();
        foreach (var observation in results.Observations)
        {
            db.RunObservations.Add(observation.AsObservation(id));
            await SaveAsync();
        }
        foreach (var (block, texts) in results.Answers.Index())
        {
            db.RunAnswers.Add(new RunAnswers
            {
                RunId = id,
                Split = results.Predictions[0].Split,
                Start = block * RunAnswers.Examples,
                Texts = texts,
            });
            await SaveAsync();
        }
        if (bundled is { VectorCoverage: { } coverage, Outcome.VectorsSha256: { } vectors })
            await VectorCoverages.AddAsync(db, bundled.Recipe!.DatasetHash, vectors, coverage, cancellation);

        async Task SaveAsync()
        {
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>Models that used different files of one name must not be compared.</summary>
    private static async Task RequireSameModelsAsync(
        PieDbContext db, Sweep sweep, BundledRun run, CancellationToken cancellation)
    {
        try
        {
            if (run is { Recipe.Vectors: { } vectors, Outcome.VectorsSha256: { } vectorsHash })
                await ModelPins.RequireAsync(
                    db, sweep.DatasetId, ModelKind.Vectors, vectors, vectorsHash, cancellation);
            if (run is { Recipe.Checkpoint: { } checkpoint, Outcome.CheckpointSha256: { } checkpointHash })
                await ModelPins.RequireAsync(
                    db, sweep.DatasetId, ModelKind.Bert, checkpoint, checkpointHash, cancellation);
        }
        catch (ModelMismatchException other)
        {
            throw new BundleConflictException(
                $"The runs of the bundle used another file of the name '{other.Name}' than the models of the dataset "
                + $"{sweep.DatasetId} here. Store the bundle on a service that has no runs of this dataset.");
        }
    }

    /// <summary>Whether an existing run has other predictions than the bundle. It keeps them.</summary>
    private static bool Differs(Run existing, RunResults results)
    {
        var run = results.Run;
        if (run.State != RunState.Succeeded) return false;
        if (existing.PredictedSplits is not { } has
            || results.Predictions.Any(of => !has.Contains(Wire.Name(of.Split)))
            || run.Observed.Except(existing.ObservedEpochs).Any())
            throw new BundleConflictException(
                $"The run {existing.Id} of this service has the recipe and the seed of the run {run.Id} of the bundle, "
                + "and lacks predictions that the bundle has. Wait until it has succeeded, or delete its sweeps; if it "
                + "has succeeded without a split or an epoch, submit a sweep that wants them.");
        return existing.PredictionHash != run.PredictionHash;
    }

    /// <summary>
    /// Whether a run was trained as an existing one was: with other predictions, that one is marked as not repeatable,
    /// as if it had been trained again here.
    /// </summary>
    private static bool HasConditionsOf(Run existing, BundledRun run)
    {
        return DeviceType(existing.Device) == DeviceType(run.Device)
            && existing.CpuCapability == run.Outcome?.CpuCapability && existing.Threads == run.Outcome?.Threads
            && existing.Outcome?.PredictedBy is null && run.Outcome?.PredictedBy is null;

        static string? DeviceType(string? device) => device?.Split(':')[0];
    }

    private static async Task AddComparisonsAsync(
        PieDbContext db, Bundle bundle, Sweep sweep, CancellationToken cancellation)
    {
        if (bundle.Plan is { } plan) await SweepStore.AddComparisonsAsync(db, sweep, plan.Comparisons, cancellation);
        else
        {
            var split = await (
                from link in db.SweepRuns
                join predictions in db.RunPredictions on link.RunId equals predictions.RunId
                where link.SweepId == sweep.Id
                select predictions.Split).FirstAsync(cancellation);
            await ImportedSweeps.CompareAsync(db, sweep, split, cancellation);
        }
        db.ChangeTracker.Clear();
        var (ordinals, ids) = (bundle.ComparisonIds.Keys.ToArray(), bundle.ComparisonIds.Values.ToArray());
        await db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET id = bundled.id
            FROM unnest({ordinals}, {ids}) AS bundled(ordinal, id)
            WHERE comparisons.sweep_id = {sweep.Id} AND comparisons.ordinal = bundled.ordinal
                AND NOT EXISTS (SELECT 1 FROM comparisons AS taken WHERE taken.id = bundled.id)
            """, cancellation);
    }
}
