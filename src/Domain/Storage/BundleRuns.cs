using Microsoft.EntityFrameworkCore;
using PieService.Domain.Bundles;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// Stores the runs of a bundle. Their predictions, which may take minutes, are stored first, under fingerprints that no
/// other transaction can want. Only then is the lock of the dataset taken, which keeps runs from being added and
/// deleted, and each run gets its fingerprint, or is dropped for a run that this service has.
/// </summary>
internal static class BundleRuns
{
    /// <summary>The beginning of the fingerprint of a run until the lock is held.</summary>
    private const string Staged = "staged:";

    /// <summary>The existing runs that are read by one query.</summary>
    private const int RunsAtOnce = 100;

    /// <returns>The number of runs that were added and linked, and those of the linked ones that have other predictions
    /// than the bundle.</returns>
    /// <exception cref="BundleConflictException">See <see cref="BundleImport.StoreAsync"/>.</exception>
    public static async Task<(int Added, int Linked, IReadOnlyList<Guid> Differing)> StoreAsync(
        PieDbContext db, Bundle bundle, Sweep sweep, CancellationToken cancellation)
    {
        var staged = await StageAsync(db, bundle, sweep, cancellation);
        // The fingerprint of a foreign cohort has the id of its sweep: no other sweep has these runs.
        if (bundle.Plan is not { } plan) return (staged.Count, 0, []);
        await AdvisoryLocks.TakeDatasetAsync(db, sweep.DatasetId, cancellation);
        var (added, linked, differing) = await PlaceAsync(db, sweep, staged, cancellation);
        // The bundle has no models, so the sweep that is stored does not want them.
        await SweepStore.LinkRunsAsync(
            db, sweep, [.. plan.Runs.Select(run => run with { Wish = run.Wish with { Model = false } })], cancellation);
        return (added, linked, differing);
    }

    /// <summary>One run after the other, because the predictions of one are in memory at a time.</summary>
    private static async Task<IReadOnlyList<StagedRun>> StageAsync(
        PieDbContext db, Bundle bundle, Sweep sweep, CancellationToken cancellation)
    {
        var known = (await db.Runs.Where(run => run.DatasetId == sweep.DatasetId)
            .Select(run => new { run.Fingerprint, run.Seed }).ToListAsync(cancellation)).ToHashSet();
        var staged = new List<StagedRun>();
        foreach (var results in bundle.Runs(cancellation))
        {
            var run = results.Run;
            var fingerprint = run.Cohort is { } cohort
                ? ForeignFingerprint.Of(sweep.Id, cohort) : $"{Staged}{run.Fingerprint}";
            Guid? id = run.Cohort is null && known.Contains(new { run.Fingerprint, run.Seed })
                ? null : await AddAsync(db, sweep, results, fingerprint, cancellation);
            staged.Add(new(id, run with { Metrics = [] }));
        }
        return staged;
    }

    private static async Task<Guid> AddAsync(
        PieDbContext db, Sweep sweep, RunResults results, string fingerprint, CancellationToken cancellation)
    {
        var bundled = results.Run;
        var id = await db.Runs.AnyAsync(run => run.Id == bundled.Id, cancellation)
            ? Guid.CreateVersion7() : bundled.Id;
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
                IsBaseline = sweep.Foreign!.Cohorts.Any(cohort => cohort.Baseline && cohort.Name == bundled.Cohort),
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
        return id;

        async Task SaveAsync()
        {
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
    }

    /// <param name="staged">The lock of the dataset is held.</param>
    private static async Task<(int Added, int Linked, IReadOnlyList<Guid> Differing)> PlaceAsync(
        PieDbContext db, Sweep sweep, IReadOnlyList<StagedRun> staged, CancellationToken cancellation)
    {
        var (linked, differing, unrepeatable) = (new List<Guid>(), new List<Guid>(), new List<Guid>());
        var (added, needless) = (new List<BundledRun>(), new List<Guid>());
        foreach (var chunk in staged.Chunk(RunsAtOnce))
        {
            var fingerprints = Array.ConvertAll(chunk, run => run.Run.Fingerprint);
            var known = await db.Runs.AsNoTracking()
                .Where(run => run.DatasetId == sweep.DatasetId && fingerprints.Contains(run.Fingerprint))
                .ToDictionaryAsync(run => (run.Fingerprint, run.Seed), cancellation);
            foreach (var (id, run) in chunk)
            {
                if (!known.TryGetValue((run.Fingerprint, run.Seed), out var existing))
                {
                    added.Add(id is null ? throw Deleted(run) : run);
                    continue;
                }
                if (id is { } own) needless.Add(own);
                linked.Add(existing.Id);
                if (!Differs(existing, run)) continue;
                differing.Add(existing.Id);
                if (HasConditionsOf(existing, run)) unrepeatable.Add(existing.Id);
            }
        }
        await db.Runs.Where(run => needless.Contains(run.Id)).ExecuteDeleteAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET fingerprint = substr(fingerprint, {Staged.Length + 1})
            WHERE sweep_id = {sweep.Id} AND starts_with(fingerprint, {Staged})
            """, cancellation);
        await RequireSameModelsAsync(db, sweep, added, cancellation);
        foreach (var run in added)
            if (run is { VectorCoverage: { } coverage, Outcome.VectorsSha256: { } vectors })
                await VectorCoverages.AddAsync(db, run.Recipe!.DatasetHash, vectors, coverage, cancellation);
        await LockAsync(db, linked, cancellation);
        await db.Runs.Where(run => unrepeatable.Contains(run.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(run => run.IsRepeatable, false), cancellation);
        return (added.Count, linked.Count, differing);
    }

    private static BundleConflictException Deleted(BundledRun run) => new(
        $"A run of this service with the recipe and the seed of the run {run.Id} of the bundle was deleted while the "
        + "bundle was read, and nothing was stored. Send the bundle again.");

    /// <summary>In the order in which workers lock their runs.</summary>
    private static Task<int> LockAsync(PieDbContext db, List<Guid> runs, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM runs WHERE id = ANY({runs.ToArray()}) ORDER BY id FOR UPDATE", cancellation);

    /// <summary>Models that used different files of one name must not be compared.</summary>
    private static async Task RequireSameModelsAsync(
        PieDbContext db, Sweep sweep, IEnumerable<BundledRun> runs, CancellationToken cancellation)
    {
        try
        {
            foreach (var (kind, name, hash) in runs.SelectMany(ModelsOf).Distinct())
                await ModelPins.RequireAsync(db, sweep.DatasetId, kind, name, hash, cancellation);
        }
        catch (ModelMismatchException other)
        {
            throw new BundleConflictException(
                $"The runs of the bundle used another file of the name '{other.Name}' than the models of the dataset "
                + $"{sweep.DatasetId} here. Store the bundle on a service that has no runs of this dataset.");
        }
    }

    private static IEnumerable<(ModelKind Kind, string Name, string Sha256)> ModelsOf(BundledRun run)
    {
        if (run is { Recipe.Vectors: { } vectors, Outcome.VectorsSha256: { } vectorsHash })
            yield return (ModelKind.Vectors, vectors, vectorsHash);
        if (run is { Recipe.Checkpoint: { } checkpoint, Outcome.CheckpointSha256: { } checkpointHash })
            yield return (ModelKind.Bert, checkpoint, checkpointHash);
    }

    /// <summary>Whether an existing run has other predictions than the bundle. It keeps them.</summary>
    private static bool Differs(Run existing, BundledRun run)
    {
        if (run.State != RunState.Succeeded) return false;
        if (existing.PredictedSplits is not { } has
            || run.Predictions.Any(of => !has.Contains(Wire.Name(of.Split)))
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
            && existing.Gpu == run.Outcome?.Host.Gpu && existing.MicroBatch == run.Outcome?.MicroBatch
            && existing.Outcome?.PredictedBy is null && run.Outcome?.PredictedBy is null;

        static string? DeviceType(string? device) => device?.Split(':')[0];
    }

    /// <summary>A run of the bundle without its metrics and predictions.</summary>
    /// <param name="Id">The id of its row; null if this service had it before.</param>
    private sealed record StagedRun(Guid? Id, BundledRun Run);
}
