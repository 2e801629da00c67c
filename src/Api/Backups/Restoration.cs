using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Backups;

/// <summary>Restores a backup into an empty database and into the artifact folder.</summary>
internal sealed class Restoration(string connectionString, PieFolders folders, PostgresTools postgres)
{
    /// <exception cref="BackupException">The database is not empty, or the backup has another schema.</exception>
    public async Task ExecuteAsync(BackupReader backup, CancellationToken cancellation)
    {
        await Migrator.CreateDatabaseAsync(connectionString, cancellation);
        await using var database = NpgsqlDataSource.Create(connectionString);
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        await using var db = new PieDbContext(options.Options);
        await using var session = await database.OpenConnectionAsync(cancellation);
        await LockAsync(session, cancellation);
        RequireKnownSchema(db, backup.Manifest);
        await RemoveInterruptedAsync(db, cancellation);
        // An API that starts now creates its tables before this check, or finds the mark.
        await ExecuteAsync(session, $"SELECT pg_advisory_lock({AdvisoryLocks.Migration})", cancellation);
        await RequireEmptyAsync(db, cancellation);

        var store = ArtifactStore.Identity(folders) ?? throw new BackupException(
            $"The artifact folder {folders.Artifacts} cannot be written. Set PIE_ARTIFACTS to another folder.");
        var installation = Guid.NewGuid();
        var own = folders.ArtifactsOf(installation);
        await UnfinishedRestore.MarkAsync(db, installation, cancellation);
        await ExecuteAsync(session, $"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})", cancellation);
        try
        {
            var paths = await WriteArtifactsAsync(backup, own, cancellation);
            await using (var dump = backup.Open(BackupManifest.DumpName))
                await postgres.RestoreAsync(dump, cancellation);
            await Migrator.MigrateRestoredAsync(connectionString, cancellation);
            await RestoredDatabase.AdoptAsync(db, installation, store, paths, cancellation);
            await ReleaseAsync(db, options.Options, cancellation);
            await UnfinishedRestore.UnmarkAsync(db, cancellation);
        }
        catch (Exception failure)
        {
            await RemoveAsync(db, own, failure);
            throw;
        }
    }

    private static async Task LockAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using var take = new NpgsqlCommand($"SELECT pg_try_advisory_lock({AdvisoryLocks.Restore})", session);
        if (await take.ExecuteScalarAsync(cancellation) is false)
            throw new BackupException("Another restore into this database is running. Wait until it has ended.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes what a restore has left that was killed.</summary>
    private async Task RemoveInterruptedAsync(PieDbContext db, CancellationToken cancellation)
    {
        if (!await UnfinishedRestore.IsMarkedAsync(db, cancellation)) return;
        var own = folders.ArtifactsOf(await UnfinishedRestore.InstallationAsync(db, cancellation));
        if (Directory.Exists(own)) Directory.Delete(own, recursive: true);
        await UnfinishedRestore.RemoveAsync(db, cancellation);
    }

    /// <summary>
    /// Removes what was restored before a failure: its rows have the identity and the leases of the other service.
    /// </summary>
    private static async Task RemoveAsync(PieDbContext db, string own, Exception failure)
    {
        if (Directory.Exists(own)) Directory.Delete(own, recursive: true);
        try
        {
            await UnfinishedRestore.RemoveAsync(db, CancellationToken.None);
        }
        catch (Exception cannot) when (cannot is NpgsqlException or InvalidOperationException)
        {
            throw new BackupException(
                $"{failure.Message} What was restored cannot be removed either ({cannot.Message}). The service refuses "
                + "this database; call ./pie restore again.");
        }
    }

    private static void RequireKnownSchema(PieDbContext db, BackupManifest manifest)
    {
        var unknown = manifest.Schema.Except(db.Database.GetMigrations()).ToList();
        if (unknown.Count > 0)
            throw new BackupException(
                $"The backup has the schema {string.Join(", ", unknown)} of PieService {manifest.Service}, which this "
                + "version does not know. Restore it with that version or a later one.");
    }

    private static async Task RequireEmptyAsync(PieDbContext db, CancellationToken cancellation)
    {
        var tables = await db.Database.SqlQuery<int>($"""
            SELECT count(*)::integer AS "Value" FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            """).SingleAsync(cancellation);
        if (tables > 0)
            throw new BackupException(
                $"The database {db.Database.GetDbConnection().Database} is not empty, and a restore never replaces "
                + "anything. Restore into another PIE_DATA, or into a new database (ConnectionStrings__Pie).");
    }

    private static async Task<string[]> WriteArtifactsAsync(
        BackupReader backup, string own, CancellationToken cancellation)
    {
        var paths = new List<string>();
        foreach (var (file, path) in backup.Artifacts())
        {
            var target = Path.Combine(own, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var source = backup.Open(file.Name);
            await using var written = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            await source.CopyToAsync(written, cancellation);
            paths.Add(path);
        }
        return [.. paths];
    }

    /// <summary>Returns the runs that were being trained to the queue; it is not an attempt that failed.</summary>
    private static async Task ReleaseAsync(
        PieDbContext db, DbContextOptions<PieDbContext> options, CancellationToken cancellation)
    {
        var leases = new RunLeases(
            new PooledDbContextFactory<PieDbContext>(options), LeaseSettings.From(_ => null));
        foreach (var lease in await RestoredDatabase.LeasesAsync(db, cancellation))
            await leases.YieldAsync(lease, cancellation);
    }
}
