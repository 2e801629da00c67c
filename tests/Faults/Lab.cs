using System.Globalization;
using Npgsql;
using PieService.TestSupport;

namespace PieService.Faults;

/// <summary>
/// An API with its private PostgreSQL and two workers with separate data folders, all real processes with short leases.
/// The code that kills a process starts it again.
/// </summary>
public sealed class Lab : ServiceClient, IAsyncDisposable
{
    public const int LeaseSeconds = 3, SilenceSeconds = 6;

    private readonly string folder = Directory.CreateTempSubdirectory("pie-faults-").FullName;
    private readonly bool sharesArtifacts;
    private readonly string address = $"http://127.0.0.1:{FreePort()}";
    private readonly ServiceProcess?[] workers = new ServiceProcess?[2];
    private ServiceProcess? api;

    private Lab(bool sharesArtifacts)
    {
        this.sharesArtifacts = sharesArtifacts;
        Client.BaseAddress = new Uri(address);
        // PostgreSQL does not run as root, and its user must be able to enter the folder.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute
                    | UnixFileMode.OtherExecute);
    }

    public ServiceProcess Api => api!;

    public IReadOnlyList<ServiceProcess> Workers => workers!;

    public IEnumerable<string> ArtifactFolders =>
        sharesArtifacts ? [Path.Combine(folder, "artifacts")]
            : Enumerable.Range(0, workers.Length).Select(index => Path.Combine(folder, $"artifacts-{index}"));

    protected override string Tail =>
        $"--- API\n{api?.Tail}\n"
        + $"{string.Join('\n', workers.Select((worker, index) => $"--- worker {index}\n{worker?.Tail}"))}";

    public static async Task<Lab> OpenAsync(bool sharesArtifacts)
    {
        var lab = new Lab(sharesArtifacts);
        try
        {
            // The order does not matter: the workers wait for the database.
            for (var index = 0; index < lab.workers.Length; index++) lab.StartWorker(index);
            lab.StartApi();
            await lab.UntilThroughFaultsAsync(
                "there are two live workers",
                async () => (await lab.GetAsync("/api/v1/system"))["workers"]!.AsArray().Count == 2);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public void StartApi() => api = ServiceProcess.Api(Settings("api"), address);

    public void StartWorker(int index)
    {
        var settings = Settings($"worker-{index}");
        // The worker finds the private server as on the API's machine: by the connection file in its data folder.
        settings["PIE_DATA"] = Directory.CreateDirectory(Path.Combine(folder, $"worker-{index}")).FullName;
        var known = Path.Combine(settings["PIE_DATA"], "connection");
        if (!File.Exists(known)) File.CreateSymbolicLink(known, Path.Combine(folder, "api", "connection"));
        settings["PIE_ARTIFACTS"] = sharesArtifacts
            ? Path.Combine(folder, "artifacts") : Path.Combine(folder, $"artifacts-{index}");
        workers[index] = ServiceProcess.Worker(settings);
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(await File.ReadAllTextAsync(Path.Combine(folder, "api", "connection")))
            {
                Pooling = false,
            }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The process id of the private server; null if it does not run.</summary>
    public int? Postmaster()
    {
        var file = Path.Combine(folder, "api", "pg", "postmaster.pid");
        return File.Exists(file) && int.TryParse(File.ReadLines(file).First(), CultureInfo.InvariantCulture, out var id)
            && Directory.Exists($"/proc/{id}") ? id : null;
    }

    /// <summary>
    /// Like <see cref="ServiceClient.UntilAsync"/>, but the service may be unavailable at times.
    /// </summary>
    public Task UntilThroughFaultsAsync(string what, Func<Task<bool>> isSo) => UntilAsync(what, async () =>
    {
        try
        {
            return await isSo();
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or NpgsqlException
            or IOException)
        {
            return false;
        }
    });

    /// <summary>Stops all processes one after the other, as ./pie down does.</summary>
    public async Task CloseAsync()
    {
        foreach (var process in workers.Append(api))
        {
            process!.Signal("TERM");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(
                    $"Process {process.Id} is still running 60 seconds after it was asked to stop. {Tail}");
            }
        }
    }

    /// <summary>Processes with this folder in their command line or environment.</summary>
    public IReadOnlyList<string> ProcessesLeft() =>
    [
        .. from process in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id)
               && id != Environment.ProcessId
           let text = Read(Path.Combine(process, "cmdline")) + Read(Path.Combine(process, "environ"))
           where text.Contains(folder, StringComparison.Ordinal)
           select text.Replace('\0', ' '),
    ];

    public IReadOnlyList<string> FilesLeft() =>
    [
        .. from artifacts in ArtifactFolders.Where(Directory.Exists)
           from file in Directory.EnumerateFiles(artifacts, "*", SearchOption.AllDirectories)
           where Path.GetFileName(file) != "store-id"
           select file,
        .. from file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
           where file.Contains("/cache/", StringComparison.Ordinal)
               && !file.EndsWith(".safetensors", StringComparison.Ordinal)
           select file,
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in workers.Append(api))
        {
            if (process is not null) await process.DisposeAsync();
        }
        if (Postmaster() is { } id)
        {
            ServiceProcess.Send("QUIT", id);
            await UntilAsync("PostgreSQL has ended", () => Task.FromResult(Postmaster() is null));
        }
        Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private Dictionary<string, string> Settings(string name) => new()
    {
        ["PIE_DATA"] = Path.Combine(folder, name),
        ["PIE_LEASE_SECONDS"] = LeaseSeconds.ToString(CultureInfo.InvariantCulture),
        ["PIE_TRAINER_SILENCE_SECONDS"] = SilenceSeconds.ToString(CultureInfo.InvariantCulture),
        ["PIE_BACKOFF_SECONDS"] = "1",
        // The trainings are shorter than the default interval, so the faults would meet no checkpoint.
        ["PIE_CHECKPOINT_SECONDS"] = "0",
        // The faults of the campaign must not use up the attempts of a run.
        ["PIE_MAX_ATTEMPTS"] = "1000",
        ["PIE_MAX_INTERRUPTIONS"] = "1000",
        ["PIE_DEVICE"] = "cpu",
        // The models and vectors of this machine are not used: the workers would store their hashes in files, which the
        // test would find as leftovers.
        ["PIE_MODELS"] = Directory.CreateDirectory(Path.Combine(folder, "models")).FullName,
        ["PIE_VECTORS"] = Directory.CreateDirectory(Path.Combine(folder, "vectors")).FullName,
        ["PIE_SLOTS"] = "1",
        ["PIE_THREADS"] = "1",
        ["PIE_REQUESTS_PER_SECOND"] = "100000",
        ["PIE_MIN_FREE_DISK_MIB"] = "0",
        ["PIE_MIN_FREE_MEMORY_MIB"] = "0",
    };

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
