using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace PieService.Api.Database;

/// <summary>The server process of a data folder, whichever process started it.</summary>
internal sealed class Postmaster(string folder, PostgresBinaries binaries, bool durable, ILogger logger)
{
    /// <summary>
    /// How long a new server may be refused after a kill -9: the children of the old one hold the folder until they
    /// notice its end.
    /// </summary>
    private static readonly TimeSpan OrphansLeaveWithin = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time in which a server must accept or refuse connections. One that refuses them because it is starting up
    /// has all the time that it needs: its crash recovery replays everything written since the last checkpoint, and
    /// would begin again if it were stopped.
    /// </summary>
    internal TimeSpan AnswersWithin { get; init; } = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenMessages = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The size of PostgreSQL's cache: a sixteenth of the memory that this process may use, since trainings need the
    /// rest, but at least PostgreSQL's default of 128 MB and at most 2 GB. PostgreSQL copies each page that is not in
    /// it from the system's cache of files, again for each query.
    /// </summary>
    private static readonly long BufferMegabytes =
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (16 << 20), 128, 2048);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private Process? launched;
    private DateTime launchedAt;
    private int? adopted;
    private Task<string> errors = Task.FromResult("");

    private string PidFile => Path.Combine(folder, "postmaster.pid");

    public int? ProcessId => launched?.Id ?? adopted;

    // While a child replaces its program it has no command line for a moment, so its process handle decides.
    public bool IsAlive => launched is { } child ? !child.HasExited : adopted is { } id && IsOurs(id);

    public async Task InitializeAsync(string user, string passwordFile, CancellationToken cancellation)
    {
        // The cluster is created beside its final folder and moved there when complete, so that an interrupted initdb
        // does not leave a partial cluster.
        var unfinished = folder + ".unfinished";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await PostgresBinaries.HandOverAsync([unfinished, passwordFile], cancellation);
        await binaries.InitdbAsync(
            [
                "--pgdata", unfinished, "--username", user, "--pwfile", passwordFile, "--auth=scram-sha-256",
                // With the locale C, comparisons and sort order are the same on every machine.
                "--locale=C", "--encoding=UTF8",
                .. durable ? Array.Empty<string>() : ["--no-sync"],
            ],
            cancellation);
        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"),
            string.Create(CultureInfo.InvariantCulture, $"shared_buffers = {BufferMegabytes}MB\n"), cancellation);
        Directory.Move(unfinished, folder);
    }

    /// <summary>
    /// Returns the port of a server that an earlier owner left running; from then on the server is watched like one
    /// that was started here.
    /// </summary>
    public int? Adopt()
    {
        // Line 1 is the process id, line 4 the port. The server writes the file when it starts and deletes it on an
        // orderly shutdown.
        if (!File.Exists(PidFile) || File.ReadAllLines(PidFile) is not [var id, _, _, var port, ..]) return null;
        adopted = int.Parse(id, CultureInfo.InvariantCulture);
        return IsAlive ? int.Parse(port, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Returns when the server accepts connections.</summary>
    public async Task StartAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellation)
    {
        var diedUncleanly = File.Exists(PidFile);
        ForgetRecycledProcess();
        for (var trying = Stopwatch.StartNew(); ; await Task.Delay(BetweenLooks * 10, cancellation))
        {
            Launch(connection.Port);
            if (await AnswersAsync(connection, cancellation)) return;
            if (!diedUncleanly || trying.Elapsed > OrphansLeaveWithin)
                throw new InvalidOperationException($"PostgreSQL did not start in {folder}:\n{await LastWordsAsync()}");
        }
    }

    /// <summary>Returns true once the server accepts a connection, and false if its process has ended.</summary>
    public async Task<bool> AnswersAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellation)
    {
        var messages = 0;
        for (var waiting = Stopwatch.StartNew(); IsAlive; await Task.Delay(BetweenLooks, cancellation))
        {
            try
            {
                await using var attempt = new NpgsqlConnection(connection.ConnectionString);
                await attempt.OpenAsync(cancellation);
                return true;
            }
            catch (NpgsqlException failure) when (IsStarting(failure))
            {
                if (waiting.Elapsed > (messages + 1) * BetweenMessages) logger.ClusterRecovers(folder, ++messages);
            }
            catch (NpgsqlException failure) when (failure is not PostgresException && waiting.Elapsed < AnswersWithin)
            {
                // Refused or reset: retry, unless the process has ended.
            }
        }
        return false;
    }

    /// <summary>Shuts down the server and its sessions; committed data is kept.</summary>
    public async Task StopAsync()
    {
        const int interrupt = 2, quit = 3;
        // SIGINT requests a "fast" shutdown. SIGQUIT, for a server that hangs, leaves the recovery to the next start.
        foreach (var (signal, patience) in new[] { (interrupt, 30), (quit, 10) })
        {
            if (!IsAlive) return;
            _ = Kill(ProcessId!.Value, signal);
            for (var waiting = Stopwatch.StartNew(); IsAlive && waiting.Elapsed < TimeSpan.FromSeconds(patience);)
                await Task.Delay(BetweenLooks);
        }
        if (IsAlive)
            throw new TimeoutException($"PostgreSQL in {folder} did not stop. Stop the process {ProcessId} yourself.");
    }

    private void Launch(int port)
    {
        launched?.Dispose();
        launched = null;
        launchedAt = TimeProvider.System.GetUtcNow().UtcDateTime;
        launched = binaries.StartServer(
        [
            "-D", folder, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=",
            // There is a log file for each weekday: it remains after the owner has ended, and its size is bounded.
            "-c", "logging_collector=on", "-c", "log_filename=postgresql-%a.log", "-c", "log_truncate_on_rotation=on",
            .. durable
                ? Array.Empty<string>()
                : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
        ]);
        errors = launched.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether the server answers that it is starting up, as it does during crash recovery.</summary>
    private static bool IsStarting(NpgsqlException failure) => failure.SqlState == PostgresErrorCodes.CannotConnectNow;

    /// <summary>
    /// Whether the process is the server of this folder, according to its command line. A process that has ended has no
    /// command line, even as a zombie; a process with a recycled id has another one.
    /// </summary>
    private bool IsOurs(int id) => CommandLine(id).Split('\0').Contains(folder);

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>
    /// Deletes the pid file if its process is not the server. PostgreSQL refuses to start while a process with the id
    /// in that file is alive, even if, after a power failure, the id belongs to another program. The owner of the
    /// folder can distinguish the two.
    /// </summary>
    private void ForgetRecycledProcess()
    {
        if (File.Exists(PidFile)
            && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id)
            && CommandLine(id).Length > 0
            && !IsOurs(id))
        {
            File.Delete(PidFile);
        }
    }

    /// <summary>
    /// Returns the last messages of the server: the first ones are on its error stream, later ones in a log file.
    /// </summary>
    private async Task<string> LastWordsAsync()
    {
        var logs = new DirectoryInfo(Path.Combine(folder, "log"));
        var latest = logs.Exists
            ? logs.GetFiles().Where(log => log.LastWriteTimeUtc >= launchedAt).MaxBy(log => log.LastWriteTimeUtc)
            : null;
        // A process that inherited the stream from the server may keep it open.
        await Task.WhenAny(errors, Task.Delay(TimeSpan.FromSeconds(5)));
        return (errors.IsCompletedSuccessfully ? errors.Result : "")
            + string.Join('\n', latest is null ? [] : File.ReadLines(latest.FullName).TakeLast(10));
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
