using Microsoft.EntityFrameworkCore;
using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// Stores imported predictions as a sweep whose runs have succeeded, or adds them to such a sweep; all of it or
/// nothing. Its comparisons wait to be labelled, as those of any sweep.
/// </summary>
public sealed class ImportedSweeps(IDbContextFactory<PieDbContext> contexts)
{
    /// <summary>Stores a new sweep, and its dataset if the files have the examples.</summary>
    /// <param name="import">The definition of these predictions.</param>
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    public async Task AddAsync(
        Guid id, PredictionImport import, ForeignPredictions predictions, Func<PieDbContext, Sweep, Task>? alongWith,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = await NowAsync(db, cancellation);
        var sweep = new Sweep
        {
            Id = id,
            Name = import.Name!,
            DatasetId = import.Dataset!.Id ?? await AddDatasetAsync(db, import, predictions, now, cancellation),
            Foreign = new(import.Replication, import.Cohorts!),
        };
        db.Sweeps.Add(sweep);
        await ImportedRuns.AddAsync(db, sweep, import, predictions, now, cancellation);
        await CompareAsync(db, sweep, import.Split, cancellation);
        await StoreDocumentsAsync(db, id, predictions.Documents, cancellation);
        if (alongWith is not null) await alongWith(db, sweep);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// Adds cohorts, and runs of its cohorts, to an imported sweep. Its comparisons that have new runs are labelled
    /// again.
    /// </summary>
    /// <param name="import">A definition that <see cref="ExtendedSweep.Complete"/> has completed.</param>
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    /// <returns>The reasons why nothing was added: the sweep has changed since the definition was checked. Empty if the
    /// predictions are stored.</returns>
    public async Task<IReadOnlyList<FieldError>> ExtendAsync(
        PredictionImport import, ForeignPredictions predictions, Func<PieDbContext, Sweep, Task>? alongWith,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two imports that add to one sweep are stored one after the other.
        await AdvisoryLocks.TakeDatasetAsync(db, import.Dataset!.Id!.Value, cancellation);
        var sweep = await db.Sweeps.AsNoTracking().SingleOrDefaultAsync(s => s.Id == import.SweepId, cancellation);
        if (sweep is not { Foreign: not null }) return [new("sweepId", "is not the id of an imported sweep any more")];
        var extended = (await FindAsync(db, sweep.Id, cancellation))!;
        var conflicts = Conflicts(extended, import, predictions).ToList();
        if (conflicts.Count > 0) return conflicts;

        var cohorts = extended.With(import);
        await db.Database.ExecuteSqlAsync(
            $"""UPDATE sweeps SET foreign_cohorts = {Json.Write(cohorts)}::jsonb WHERE id = {sweep.Id}""",
            cancellation);
        sweep = new Sweep { Id = sweep.Id, Name = sweep.Name, DatasetId = sweep.DatasetId, Foreign = cohorts };
        var runs = await ImportedRuns.AddAsync(
            db, sweep, import, predictions, await NowAsync(db, cancellation), cancellation);
        await CompareAsync(db, sweep, import.Split, cancellation);
        await Labelling.AskAsync(db, runs, cancellation);
        await StoreDocumentsAsync(
            db, sweep.Id, DocumentHashes.Merge(predictions.Documents, extended.Documents), cancellation);
        if (alongWith is not null) await alongWith(db, sweep);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>An imported sweep with the runs that it has; null if there is no such sweep.</summary>
    public static async Task<ExtendedSweep?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation)
    {
        var sweep = await db.Sweeps.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellation);
        if (sweep?.Foreign is not { } cohorts) return null;
        var runs = await (from link in db.SweepRuns
                          join run in db.Runs on link.RunId equals run.Id
                          where link.SweepId == id
                          select new { run.Cohort, run.Seed, link.WantedSplits }).ToListAsync(cancellation);
        return new(
            sweep.DatasetId, Wire.Parse<Datasets.Split>(runs[0].WantedSplits[0]), cohorts,
            runs.GroupBy(run => run.Cohort!).ToDictionary(
                cohort => cohort.Key, IReadOnlySet<int> (cohort) => cohort.Select(run => run.Seed).ToHashSet()))
        {
            Documents = await db.SweepDocuments.Where(documents => documents.SweepId == id)
                .Select(documents => documents.Hashes).SingleOrDefaultAsync(cancellation),
        };
    }

    private static IEnumerable<FieldError> Conflicts(
        ExtendedSweep sweep, PredictionImport import, ForeignPredictions predictions) =>
    [
        .. from known in sweep.Foreign.Cohorts
           where import.Cohorts!.Any(cohort => cohort.Name == known.Name && cohort != known)
           select new FieldError("sweepId", $"has the cohort '{known.Name}' with other facts since it was checked"),
        .. from run in predictions.Runs
           where sweep.Seeds.GetValueOrDefault(run.Cohort.Name!)?.Contains(run.Seed) is true
           select new FieldError(
               "sweepId", $"has the seed {run.Seed} of the cohort '{run.Cohort.Name}' since it was checked"),
        .. sweep.Documents is { } hashes && predictions.Documents is { } read
            && DocumentHashes.FirstDifference(hashes, read) is { } position
            ? [new FieldError("sweepId", $"has another document at the position {position} since it was checked")]
            : Array.Empty<FieldError>(),
    ];

    /// <param name="hashes">Those of earlier imports included; null if there are none.</param>
    internal static async Task StoreDocumentsAsync(
        PieDbContext db, Guid sweep, byte[]? hashes, CancellationToken cancellation)
    {
        if (hashes is null) return;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_documents (sweep_id, hashes) VALUES ({sweep}, {hashes})
            ON CONFLICT (sweep_id) DO UPDATE SET hashes = excluded.hashes
            """, cancellation);
    }

    private static Task<DateTimeOffset> NowAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.SqlQuery<DateTimeOffset>($"""SELECT now() AS "Value" """).SingleAsync(cancellation);

    private static async Task<Guid> AddDatasetAsync(
        PieDbContext db, PredictionImport import, ForeignPredictions predictions, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var dataset = FoundDataset.Of(
            Guid.CreateVersion7(), import.Dataset!.Name!, import.Split, predictions, now);
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync(cancellation);
        await ExampleCopy.WriteAsync(
            db, FoundDataset.Examples(dataset.Id, import.Split, predictions), cancellation);
        return dataset.Id;
    }

    /// <summary>
    /// Adds the comparisons of new cohorts, and sets the expected runs of the others. Each takes its place in the
    /// order of the cohorts, so those of cohorts that were added later follow.
    /// </summary>
    internal static async Task CompareAsync(
        PieDbContext db, Sweep sweep, Datasets.Split split, CancellationToken cancellation)
    {
        var known = await db.Comparisons.Where(comparison => comparison.SweepId == sweep.Id)
            .ToDictionaryAsync(comparison => comparison.Cohort!, comparison => comparison.Id, cancellation);
        var seeds = (await db.Runs.Where(run => run.SweepId == sweep.Id).Select(run => new { run.Cohort, run.Seed })
            .ToListAsync(cancellation)).ToLookup(run => run.Cohort, run => run.Seed);
        foreach (var (ordinal, (baseline, compared)) in sweep.Foreign!.Comparisons().Index())
        {
            var isPaired = compared.Pairing != SeedPairing.None;
            var common = seeds[baseline.Name].Intersect(seeds[compared.Name]).Count();
            var (dense, pruned) = isPaired ? (common, common)
                : (seeds[baseline.Name].Count(), seeds[compared.Name].Count());
            if (known.TryGetValue(compared.Name!, out var id))
            {
                await Labelling.ExpectAsync(db, id, dense, pruned, cancellation);
                continue;
            }
            db.Comparisons.Add(new Comparison
            {
                Id = Guid.CreateVersion7(),
                SweepId = sweep.Id,
                Ordinal = ordinal,
                Model = compared.Model!,
                Architecture = Architecture.External,
                Method = Method.External,
                Sparsity = compared.Sparsity ?? 0,
                Baseline = Method.External,
                Split = split,
                DenseFingerprint = ForeignFingerprint.Of(sweep.Id, baseline.Name!),
                PrunedFingerprint = ForeignFingerprint.Of(sweep.Id, compared.Name!),
                Pairing = compared.Pairing,
                ExpectedDense = dense,
                ExpectedPruned = pruned,
                Cohort = compared.Name,
                Compression = compared.Compression,
                Bits = compared.Bits,
            });
        }
        await db.SaveChangesAsync(cancellation);
    }
}
