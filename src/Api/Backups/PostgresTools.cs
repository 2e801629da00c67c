using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PieService.Api.Database;

namespace PieService.Api.Backups;

/// <summary>pg_dump and pg_restore, the programs of PostgreSQL that read and write a database as a file.</summary>
internal sealed class PostgresTools
{
    private const string Dump = "pg_dump", Restore = "pg_restore", Debian = "/usr/lib/postgresql";

    private readonly string folder;
    private readonly NpgsqlConnectionStringBuilder database;

    /// <param name="configured">The value of PIE_PG_BIN; if it is set, no other folder is searched.</param>
    /// <exception cref="BackupException">The programs are not installed.</exception>
    public PostgresTools(string connectionString, string? configured)
    {
        database = new NpgsqlConnectionStringBuilder(connectionString);
        folder = Folders(configured).FirstOrDefault(IsComplete) ?? throw new BackupException(
            configured is { Length: > 0 }
                ? $"{PostgresBinaries.Setting} is {configured}, but {Dump} and {Restore} are not there."
                : $"{Dump} and {Restore} are neither in PATH nor in {Debian}/*/bin. On Debian or Ubuntu: "
                    + "sudo apt-get install -y postgresql-client");
    }

    /// <summary>
    /// Writes the database in the custom format of pg_dump. The queue is left out: its messages are made of the rows
    /// again.
    /// </summary>
    /// <param name="snapshot">The name of an exported snapshot.</param>
    public Task<BackupFile> DumpAsync(string snapshot, Stream target, CancellationToken cancellation) =>
        RunAsync(
            Dump,
            [
                "--format=custom", $"--snapshot={snapshot}", "--no-owner", "--no-privileges",
                "--schema=public", "--exclude-table-data=public.workers",
            ],
            async process =>
            {
                process.StandardInput.Close();
                return await HashedCopy.CopyAsync(
                    BackupManifest.DumpName, process.StandardOutput.BaseStream, target, cancellation);
            },
            cancellation);

    /// <summary>Restores a dump in one transaction: all of it, or nothing.</summary>
    public Task<BackupFile> RestoreAsync(Stream dump, CancellationToken cancellation) =>
        RunAsync(
            Restore,
            [
                // The schema itself exists in every database.
                "--schema=public", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                $"--dbname={database.Database}",
            ],
            async process =>
            {
                await using var input = process.StandardInput.BaseStream;
                return await HashedCopy.CopyAsync(BackupManifest.DumpName, dump, input, cancellation);
            },
            cancellation);

    private async Task<BackupFile> RunAsync(
        string program, string[] arguments, Func<Process, Task<BackupFile>> copy, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        BackupFile? copied = null;
        try
        {
            copied = await copy(process);
        }
        catch (IOException) when (process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            // The program has ended early; its exit code and its messages say why.
        }
        finally
        {
            if (copied is null && !process.HasExited) process.Kill();
        }
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 && copied is not null ? copied : throw new BackupException(
            $"{program} failed with exit code {process.ExitCode}: {(await errors).Trim()}");
    }

    /// <summary>
    /// The connection as the environment of libpq. Every user of the machine can read a command line, but not an
    /// environment.
    /// </summary>
    private IEnumerable<KeyValuePair<string, string>> Environment()
    {
        if (database.Host is { } host) yield return new("PGHOST", host);
        yield return new("PGPORT", database.Port.ToString(CultureInfo.InvariantCulture));
        if (database.Database is { } name) yield return new("PGDATABASE", name);
        if (database.Username is { } user) yield return new("PGUSER", user);
        if (database.Password is { } password) yield return new("PGPASSWORD", password);
        if (database.Passfile is { } passfile) yield return new("PGPASSFILE", passfile);
        if (database.RootCertificate is { } root) yield return new("PGSSLROOTCERT", root);
        yield return new("PGSSLMODE", database.SslMode switch
        {
            SslMode.Disable => "disable",
            SslMode.Allow => "allow",
            SslMode.Require => "require",
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            _ => "prefer",
        });
    }

    private static IEnumerable<string> Folders(string? configured)
    {
        if (configured is { Length: > 0 }) return [configured];
        // The newest first: a program reads servers of its own version and of earlier ones.
        var installed =
            from path in Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : []
            let version = double.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var number)
                ? number : 0
            orderby version descending
            select Path.Combine(path, "bin");
        return installed.Concat((System.Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, Dump)) && File.Exists(Path.Combine(folder, Restore));
}
