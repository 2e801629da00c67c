using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Bundles;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>The sweep of a bundle, as it is stored now.</summary>
/// <param name="IsNew">False if it had been stored before, with the same content.</param>
/// <param name="DatasetIsNew">False if a dataset with this content existed, whose runs are shared.</param>
/// <param name="Added">The number of runs that were added.</param>
/// <param name="Linked">The number of runs that existed, and are linked as a submitted sweep links them; all runs of a
/// sweep that had been stored before.</param>
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
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    /// <exception cref="BundleConflictException">
    /// A run of the bundle exists here and lacks what the bundle has, the models of the dataset used other files, or
    /// another request stored something with an id of the bundle meanwhile.
    /// </exception>
    public async Task<StoredBundle> StoreAsync(
        Bundle bundle, Guid otherwise, Func<PieDbContext, StoredBundle, Task>? alongWith,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // The same bundle twice at the same time is stored once.
        await AdvisoryLocks.TakeBundleAsync(db, bundle.Dataset.ContentHash, cancellation);
        var stored = await AddUnlessTakenAsync(db, bundle, otherwise, cancellation);
        if (alongWith is not null) await alongWith(db, stored);
        await transaction.CommitAsync(cancellation);
        return stored;
    }

    /// <summary>
    /// Ids that were free may be taken, and rows deleted, before the rows of the bundle are added: a bundle of another
    /// dataset may have the same ids.
    /// </summary>
    private static async Task<StoredBundle> AddUnlessTakenAsync(
        PieDbContext db, Bundle bundle, Guid otherwise, CancellationToken cancellation)
    {
        try
        {
            return await AddAsync(db, bundle, otherwise, cancellation);
        }
        catch (Exception failure) when (failure.GetBaseException() is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
        })
        {
            throw new BundleConflictException(
                "While the bundle was stored, another request stored a sweep, a run or a comparison with an id of the "
                + "bundle, or deleted what the bundle refers to. Nothing of it was stored: send the bundle again.");
        }
    }

    private static async Task<StoredBundle> AddAsync(
        PieDbContext db, Bundle bundle, Guid otherwise, CancellationToken cancellation)
    {
        var id = bundle.Sweep.Id;
        if (await db.Sweeps.AnyAsync(taken => taken.Id == bundle.Sweep.Id, cancellation))
        {
            if (await StoredBeforeAsync(db, bundle, otherwise, cancellation) is { } known)
                return new(
                    known.Id, known.DatasetId, IsNew: false, DatasetIsNew: false, Added: 0,
                    Linked: await db.SweepRuns.CountAsync(link => link.SweepId == known.Id, cancellation), []);
            id = otherwise;
        }
        var (dataset, isNew) = await DatasetOfAsync(db, bundle, cancellation);
        var sweep = bundle.Sweep.AsSweep(id, dataset);
        db.Sweeps.Add(sweep);
        await db.SaveChangesAsync(cancellation);
        var (added, linked, differing) = await BundleRuns.StoreAsync(db, bundle, sweep, cancellation);
        await AddComparisonsAsync(db, bundle, sweep, cancellation);
        await ImportedSweeps.StoreDocumentsAsync(db, id, bundle.Documents(), cancellation);
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
    /// A dataset with this content is used, the one with the same id or the oldest; else it is added. It is locked, so
    /// that it is not deleted before the sweep refers to it.
    /// </summary>
    private static async Task<(Guid Id, bool IsNew)> DatasetOfAsync(
        PieDbContext db, Bundle bundle, CancellationToken cancellation)
    {
        var known = await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM datasets WHERE content_hash = {bundle.Dataset.ContentHash}
            ORDER BY id = {bundle.Dataset.Id} DESC, created_at LIMIT 1 FOR KEY SHARE
            """).ToListAsync(cancellation);
        if (known is [var existing]) return (existing, false);
        var isTaken = await db.Datasets.AnyAsync(dataset => dataset.Id == bundle.Dataset.Id, cancellation);
        var id = isTaken ? Guid.CreateVersion7() : bundle.Dataset.Id;
        db.Datasets.Add(bundle.DatasetAs(id));
        await db.SaveChangesAsync(cancellation);
        await ExampleCopy.WriteAsync(db, bundle.Examples(id, cancellation), cancellation);
        return (id, true);
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
        var ordinals = bundle.Comparisons.Keys.ToArray();
        var ids = bundle.Comparisons.Values.Select(comparison => comparison.Id).ToArray();
        var stated = bundle.Comparisons.Values
            .Select(comparison => comparison.Stated is { } results ? Json.Write(results) : null).ToArray();
        await db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET stated = bundled.stated::json
            FROM unnest({ordinals}, {stated}) AS bundled(ordinal, stated)
            WHERE comparisons.sweep_id = {sweep.Id} AND comparisons.ordinal = bundled.ordinal
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET id = bundled.id
            FROM unnest({ordinals}, {ids}) AS bundled(ordinal, id)
            WHERE comparisons.sweep_id = {sweep.Id} AND comparisons.ordinal = bundled.ordinal
                AND NOT EXISTS (SELECT 1 FROM comparisons AS taken WHERE taken.id = bundled.id)
            """, cancellation);
    }
}
