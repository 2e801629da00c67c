using System.Data;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Backups;

/// <summary>
/// Writes a backup while the service works: the database as of one moment, and the files of the artifact folder that it
/// names at that moment.
/// </summary>
internal sealed class BackupWriter(
    PieDbContext db, DbContextOptions<PieDbContext> current, PieFolders folders, PostgresTools postgres,
    TextWriter warnings)
{
    private const int MostTrials = 5;

    /// <param name="path">The file; it is written beside it and then renamed, so that it is never incomplete.</param>
    /// <param name="withCheckpoints">Whether the backup has the last checkpoint of each run too.</param>
    /// <exception cref="BackupException">The dump failed.</exception>
    public async Task<BackupManifest> WriteAsync(string path, bool withCheckpoints, CancellationToken cancellation)
    {
        // Another backup may be writing to the same path at the same time.
        var unfinished = $"{path}.{Guid.NewGuid():N}.unfinished";
        try
        {
            BackupManifest manifest;
            await using (var file = Create(unfinished))
            {
                await using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
                    manifest = await FillAsync(zip, withCheckpoints, cancellation);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
            return manifest;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Only this user can read the file: it has the texts of the datasets, and hashes of keys.</summary>
    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private async Task<BackupManifest> FillAsync(ZipArchive zip, bool withCheckpoints, CancellationToken cancellation)
    {
        for (var trial = 1; ; trial++)
        {
            // The snapshot exists as long as this transaction: the dump and the list of files are of one moment.
            await using var transaction =
                await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            var snapshot = await db.Database.SqlQuery<string>($"""SELECT pg_export_snapshot() AS "Value" """)
                .SingleAsync(cancellation);
            using var artifacts = await SavedArtifacts.OpenAsync(db, folders, withCheckpoints, cancellation);
            // A run may have replaced its checkpoint between the snapshot and this moment.
            if (artifacts.AreOpen || trial == MostTrials)
                return await FillAsync(zip, snapshot, artifacts, cancellation);
        }
    }

    private async Task<BackupManifest> FillAsync(
        ZipArchive zip, string snapshot, SavedArtifacts artifacts, CancellationToken cancellation)
    {
        var (files, missing) = (new List<BackupFile>(), new List<string>());
        await using (var entry = Entry(zip, BackupManifest.DumpName))
            files.Add(await postgres.DumpAsync(snapshot, entry, cancellation));
        foreach (var row in artifacts.Rows)
        {
            if (await CopyAsync(zip, artifacts, row, cancellation) is { } copied) files.Add(copied);
            else if (await IsLossAsync(artifacts, row, cancellation))
                missing.Add(BackupManifest.NameOf(row.Path));
        }
        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat,
            typeof(BackupWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion,
            [.. await db.Database.GetAppliedMigrationsAsync(cancellation)],
            await db.Database.SqlQuery<string>($"""SELECT current_setting('server_version') AS "Value" """)
                .SingleAsync(cancellation),
            await db.Database.SqlQuery<DateTimeOffset>($"""SELECT now() AS "Value" """).SingleAsync(cancellation),
            files,
            missing);
        await using var last = Entry(zip, BackupManifest.FileName);
        await last.WriteAsync(Encoding.UTF8.GetBytes(Json.Write(manifest)), cancellation);
        return manifest;
    }

    /// <returns>Null if the file is missing or damaged.</returns>
    private async Task<BackupFile?> CopyAsync(
        ZipArchive zip, SavedArtifacts artifacts, ArtifactRow row, CancellationToken cancellation)
    {
        await using var source = artifacts.Open(row);
        if (source is null) return null;
        await using var entry = Entry(zip, BackupManifest.NameOf(row.Path));
        var copied = await HashedCopy.CopyAsync(BackupManifest.NameOf(row.Path), source, entry, cancellation);
        if (copied.Sha256 == row.Sha256) return copied;
        await warnings.WriteLineAsync(
            $"{row.Path} is damaged: its SHA-256 is {copied.Sha256} and not {row.Sha256}, so a restore will not use "
            + "it.");
        return null;
    }

    /// <summary>
    /// Whether a file that could not be saved is a loss. A checkpoint is not: its run can be trained again. A model
    /// that the service has removed since the snapshot is not either.
    /// </summary>
    private async Task<bool> IsLossAsync(
        SavedArtifacts artifacts, ArtifactRow row, CancellationToken cancellation)
    {
        if (!row.IsModel && artifacts.HasStore) return false;
        if (row.IsModel)
        {
            // The context's transaction reads the snapshot, so this is another connection.
            await using var now = new PieDbContext(current);
            if (!await now.Runs.AnyAsync(run => run.ModelPath == row.Path, cancellation)) return false;
        }
        await warnings.WriteLineAsync(
            $"{row.Path} is missing in the artifact folder {folders.Artifacts}, or is damaged.");
        return true;
    }

    /// <summary>
    /// The dump is compressed, and weights do not become smaller, so the bytes are stored as they are.
    /// </summary>
    private static Stream Entry(ZipArchive zip, string name) =>
        zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
}
