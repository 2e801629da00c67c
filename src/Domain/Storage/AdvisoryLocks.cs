using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;

namespace PieService.Domain.Storage;

/// <summary>
/// Every advisory lock that the service takes in its database. No two of the numbers may be equal; each is the ASCII
/// codes of the name beside it. The lock of a dataset or a comparison is the 64-bit hash of its id.
/// </summary>
public static class AdvisoryLocks
{
    /// <summary>
    /// "pie_migr", held by a session: the process that migrates the database, our part and Hangfire's.
    /// </summary>
    public const long Migration = 0x7069655F6D696772;

    /// <summary>"pie_rest", held by a session: the restore that fills the database.</summary>
    public const long Restore = 0x7069655F72657374;

    /// <summary>"pie_disp", held by a session: the one instance whose dispatcher is active.</summary>
    public const long Dispatcher = 0x7069655F64697370;

    /// <summary>"pie_look", held by a transaction: the one instance whose sweep watch is looking.</summary>
    public const long SweepWatch = 0x7069655F6C6F6F6B;

    /// <summary>"pie_clai", held by a transaction: claims of runs are made one at a time.</summary>
    public const long Claim = 0x7069655F636C6169;

    /// <summary>Waits for the lock and holds it until the transaction ends.</summary>
    public static Task TakeAsync(PieDbContext db, long number, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({number})", cancellation);

    /// <summary>Takes the lock until the transaction ends, if it is free; does not wait for it.</summary>
    public static Task<bool> TryTakeAsync(PieDbContext db, long number, CancellationToken cancellation) =>
        db.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_xact_lock({number}) AS "Value" """)
            .SingleAsync(cancellation);

    /// <summary>
    /// Held by a transaction that changes which runs a dataset's sweeps have, or what they want of them.
    /// </summary>
    public static Task TakeDatasetAsync(PieDbContext db, Guid datasetId, CancellationToken cancellation) =>
        TakeHashAsync(db, datasetId, cancellation);

    /// <summary>
    /// Held by a transaction that stores a bundle of a dataset with this content. It excludes other bundles only, since
    /// the predictions of a large one take minutes.
    /// </summary>
    public static Task TakeBundleAsync(PieDbContext db, string contentHash, CancellationToken cancellation) =>
        TakeHashAsync(db, $"bundle of {contentHash}", cancellation);

    /// <summary>Held by a transaction that labels a comparison.</summary>
    public static Task TakeComparisonAsync(PieDbContext db, Guid comparisonId, CancellationToken cancellation) =>
        TakeHashAsync(db, comparisonId, cancellation);

    /// <summary>Held by a transaction that measures the texts of a split.</summary>
    public static Task TakeTextsAsync(
        PieDbContext db, Guid datasetId, Split split, CancellationToken cancellation) =>
        TakeHashAsync(db, $"texts of {datasetId} {Wire.Name(split)}", cancellation);

    /// <summary>
    /// Takes the lock of a text, if it is free, and holds it until the result is disposed. The connection of the
    /// context stays open for this time, but no transaction does: the work may take minutes.
    /// </summary>
    /// <returns>Null if another session holds it.</returns>
    public static async Task<IAsyncDisposable?> TryHoldAsync(
        PieDbContext db, string name, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        var isTaken = await db.Database
            .SqlQuery<bool>($"""SELECT pg_try_advisory_lock(hashtextextended({name}, 0)) AS "Value" """)
            .SingleAsync(cancellation);
        return isTaken ? new Held(db, name) : null;
    }

    private sealed class Held(PieDbContext db, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() =>
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(hashtextextended({name}, 0))");
    }

    private static Task<int> TakeHashAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        TakeHashAsync(db, $"{id}", cancellation);

    private static Task<int> TakeHashAsync(PieDbContext db, string name, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", cancellation);
}
