using System.Globalization;
using Npgsql;
using PieService.TestSupport;

namespace PieService.Faults;

/// <summary>
/// A small laboratory: an API with its private PostgreSQL and two workers with data folders of their own, all of them
/// real processes with short leases. A process that dies is started again by whoever killed it.
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
        // PostgreSQL runs as another user than root, who must be able to look in.
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
            // In any order: the workers wait for the database.
            for (var index = 0; index < lab.workers.Length; index++) lab.StartWorker(index);
            lab.StartApi();
            await lab.UntilThroughFaultsAsync(
                "two workers are there",
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
        // The worker finds the private server as one on the API's machine does: by the file beside it.
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

    /// <summary>The private server's process; null: it does not run.</summary>
    public int? Postmaster()
    {
        var file = Path.Combine(folder, "api", "pg", "postmaster.pid");
        return File.Exists(file) && int.TryParse(File.ReadLines(file).First(), CultureInfo.InvariantCulture, out var id)
            && Directory.Exists($"/proc/{id}") ? id : null;
    }

    /// <summary>
    /// As <see cref="ServiceClient.UntilAsync"/>, through times in which the service does not answer.
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

    /// <summary>Ends all processes in order, as ./pie down does.</summary>
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
                    $"Process {process.Id} goes on 60 seconds after it was asked to stop. {Tail}");
            }
        }
    }

    /// <summary>Processes that know this laboratory's folder by their command line or environment.</summary>
    public IReadOnlyList<string> ProcessesLeft() =>
    [
        .. from process in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id)
               && id != Environment.ProcessId
           let told = Read(Path.Combine(process, "cmdline")) + Read(Path.Combine(process, "environ"))
           where told.Contains(folder, StringComparison.Ordinal)
           select told.Replace('\0', ' '),
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
        // So many faults are no run's own.
        ["PIE_MAX_ATTEMPTS"] = "1000",
        ["PIE_MAX_INTERRUPTIONS"] = "1000",
        ["PIE_DEVICE"] = "cpu",
        // What the machine has of models and vectors is not this campaign's: workers would remember their hashes, and
        // files be left.
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
