using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain.Storage;

namespace PieService.Api.Backups;

/// <summary>The commands ./pie backup and ./pie restore.</summary>
public static class BackupCommand
{
    public const string Backup = "backup", Restore = "restore";

    private const string Checkpoints = "--checkpoints";

    private const string Usage =
        """
        ./pie backup [--checkpoints] FILE   the database and the kept models as one file, while the service works
        ./pie restore FILE                  into an empty database and the artifact folder
        """;

    /// <returns>
    /// The exit code: 1 if the command failed or the backup is incomplete, 2 if the arguments are not valid.
    /// </returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Func<CommandDatabase, Task<int>>? command = arguments switch
        {
            [Backup, Checkpoints, { Length: > 0 } file] => service => BackUpAsync(service, file, withCheckpoints: true),
            [Backup, { Length: > 0 } file] when !file.StartsWith('-') =>
                service => BackUpAsync(service, file, withCheckpoints: false),
            [Restore, { Length: > 0 } file] when !file.StartsWith('-') => service => RestoreAsync(service, file),
            _ => null,
        };
        if (command is null) return await FailAsync(Usage, 2);
        try
        {
            // A backup of a folder without a database would only create an empty one.
            await using var service = await CommandDatabase.OpenAsync(mayCreate: arguments[0] == Restore);
            return await command(service);
        }
        catch (Exception cannot) when (cannot is BackupException or InvalidOperationException or IOException
            or UnauthorizedAccessException or NpgsqlException or ArgumentException or FormatException)
        {
            return await FailAsync($"pie: {arguments[0]}: {cannot.Message}", 1);
        }
    }

    private static async Task<int> BackUpAsync(CommandDatabase service, string path, bool withCheckpoints)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new BackupException(
                $"The folder {folder} of the backup does not exist. Create it, or name another file.");
        var postgres = new PostgresTools(service.ConnectionString, service.Configuration[PostgresBinaries.Setting]);
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        await using var db = new PieDbContext(options.Options);
        if (await Schema.LackAsync(db, CancellationToken.None) is { } lack)
            throw new BackupException($"There is no database of this version to back up: {lack}");
        var writer = new BackupWriter(db, options.Options, service.Folders, postgres, Console.Error);
        var manifest = await writer.WriteAsync(Path.GetFullPath(path), withCheckpoints, CancellationToken.None);
        Summarise(manifest, path);
        return manifest.Missing.Count == 0 ? 0 : await FailAsync(
            $"pie: backup: {path} is incomplete: {manifest.Missing.Count} of the files that the database names are not "
            + $"in {service.Folders.Artifacts}. Check that PIE_ARTIFACTS is the folder of the workers and is mounted.",
            1);
    }

    private static async Task<int> RestoreAsync(CommandDatabase service, string path)
    {
        if (service.IsInUse)
            throw new BackupException($"The service runs in {service.Folders.Data}. Stop it first: ./pie down");
        var postgres = new PostgresTools(service.ConnectionString, service.Configuration[PostgresBinaries.Setting]);
        using var backup = await BackupReader.OpenAsync(path, CancellationToken.None);
        await new Restoration(service.ConnectionString, service.Folders, postgres)
            .ExecuteAsync(backup, CancellationToken.None);
        Summarise(backup.Manifest, path);
        return 0;
    }

    private static void Summarise(BackupManifest manifest, string path)
    {
        var dump = manifest.Files.Single(file => file.Name == BackupManifest.DumpName);
        var others = manifest.Files.Where(file => file != dump).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
             {path}
               database   {MiB(dump.Bytes):F1} MiB, as of {manifest.CreatedAt:u}
               artifacts  {MiB(others.Sum(file => file.Bytes)):F1} MiB, {others.Count} files{Lack(manifest)}
               written by PieService {manifest.Service} on PostgreSQL {manifest.Server}
             """));
    }

    private static string Lack(BackupManifest manifest) =>
        manifest.Missing.Count == 0 ? "" : $"; incomplete: {manifest.Missing.Count} files are missing";

    private static double MiB(long bytes) => bytes / 1048576.0;

    private static async Task<int> FailAsync(string text, int exitCode)
    {
        await Console.Error.WriteLineAsync(text);
        return exitCode;
    }
}
