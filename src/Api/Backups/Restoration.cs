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
        RequireKnownSchema(db, backup.Manifest);
        await RequireEmptyAsync(db, cancellation);

        var store = ArtifactStore.Identity(folders) ?? throw new BackupException(
            $"The artifact folder {folders.Artifacts} cannot be written. Set PIE_ARTIFACTS to another folder.");
        var installation = Guid.NewGuid();
        var own = folders.ArtifactsOf(installation);
        try
        {
            var paths = await WriteArtifactsAsync(backup, own, cancellation);
            await using (var dump = backup.Open(BackupManifest.DumpName))
                await postgres.RestoreAsync(dump, cancellation);
            await Migrator.MigrateAsync(connectionString, cancellation);
            await RestoredDatabase.AdoptAsync(db, installation, store, paths, cancellation);
        }
        catch
        {
            if (Directory.Exists(own)) Directory.Delete(own, recursive: true);
            throw;
        }
        await ReleaseAsync(db, options.Options, cancellation);
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
