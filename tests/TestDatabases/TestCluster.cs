using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain;

namespace PieService.TestDatabases;

/// <summary>
/// The PostgreSQL server of this test process: the server of PIE_TEST_DB, whose user must be allowed to create
/// databases, or else a private one, which is started at its first use and stopped with the process or earlier (<see
/// cref="EndOfTestCluster"/>).
/// </summary>
public static class TestCluster
{
    private static readonly string? Given =
        Environment.GetEnvironmentVariable("PIE_TEST_DB") is { Length: > 0 } given ? given : null;

    private static readonly string? Binaries = Environment.GetEnvironmentVariable(PostgresBinaries.Setting);

    private static readonly string FolderPrefix =
        Path.Combine(Path.GetTempPath(), $"pie-tests-{Environment.UserName}-");

    private static readonly Lazy<Task<string>> Folder = new(MakeFolderAsync);
    private static readonly Lazy<Task<PrivatePostgres>> Private =
        new(async () => await OpenAsync(await NewFoldersAsync()));

    public static bool OutlivesProcess => Given is not null;

    /// <summary>The connection string of a database from which others can be created.</summary>
    public static async Task<string> AdministratorAsync() =>
        Given ?? (await Private.Value).AdministratorConnectionString;

    /// <summary>
    /// The connection string of the service: on the private server it has the service's role, with the same privileges.
    /// </summary>
    public static async Task<string> ServiceAsync() => Given ?? (await Private.Value).ConnectionString;

    /// <summary>Makes the service's role the owner of the objects in a new database.</summary>
    public static async Task HandOverAsync(string database)
    {
        if (Given is not null) return;
        var administrator = new NpgsqlConnectionStringBuilder(await AdministratorAsync()) { Database = database };
        await ServiceRole.HandOverAsync(administrator.ConnectionString, password: null, CancellationToken.None);
    }

    /// <summary>Folders for tests that start their own cluster or service; deleted at the end of the process.</summary>
    public static async Task<PieFolders> NewFoldersAsync()
    {
        var data = Path.Combine(await Folder.Value, Guid.NewGuid().ToString("N"));
        return new PieFolders(data, Path.Combine(data, "artifacts"), Vectors: null, Path.Combine(data, "models"));
    }

    public static Task<PrivatePostgres> OpenAsync(PieFolders folders) => PrivatePostgres.StartAsync(
        folders, Binaries, NullLogger.Instance, durable: false);

    /// <summary>Stops the private server and deletes its files; it must not be used afterwards.</summary>
    public static async Task EndAsync()
    {
        if (Folder.IsValueCreated) await RemoveAsync(await Folder.Value);
    }

    private static async Task<string> MakeFolderAsync()
    {
        await RemoveAbandonedAsync();
        var folder = FolderPrefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Directory.CreateDirectory(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveAsync(folder).GetAwaiter().GetResult();
        return folder;
    }

    private static async Task RemoveAsync(string folder)
    {
        if (!Directory.Exists(folder)) return;
        if (Private is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await Private.Value.Result.DisposeAsync();
        try
        {
            await StopServersAsync(folder);
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // After Ctrl-C, what was running may delete its own folder at the same time.
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Stops the servers whose data is in a folder, whichever process started them. Their owner in this process may be
    /// stopping them too.
    /// </summary>
    private static async Task StopServersAsync(string folder)
    {
        foreach (var data in Directory.GetDirectories(folder))
            await PrivatePostgres.StopAsync(new PieFolders(data, data, Vectors: null, data), Binaries);
    }

    /// <summary>
    /// Stops the servers that a killed test process has left running, and deletes their folders.
    /// </summary>
    private static async Task RemoveAbandonedAsync()
    {
        var parent = Path.GetDirectoryName(FolderPrefix)!;
        foreach (var folder in Directory.GetDirectories(parent, Path.GetFileName(FolderPrefix) + "*"))
        {
            // A folder with the id of this process belongs to an earlier process: ids are reused.
            var process = folder[FolderPrefix.Length..];
            if (process != $"{Environment.ProcessId}" && Directory.Exists($"/proc/{process}")) continue;
            try
            {
                await StopServersAsync(folder);
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception failure) when (failure is InvalidOperationException or IOException)
            {
                // Another test process is removing it, or it is damaged. Neither must fail the tests of this process.
            }
        }
    }
}
