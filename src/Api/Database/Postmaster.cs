using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace PieService.Api.Database;

/// <summary>The server process of one data folder, whoever started it.</summary>
internal sealed class Postmaster(string folder, PostgresBinaries binaries, bool durable)
{
    /// <summary>After a kill -9 the server's children hold the folder until they notice; so long, a new server is refused.</summary>
    private static readonly TimeSpan OrphansLeaveWithin = TimeSpan.FromSeconds(15);

    /// <summary>Recovery after a crash replays what was written since the last checkpoint.</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private Process? launched;
    private DateTime launchedAt;
    private int? adopted;
    private Task<string> errors = Task.FromResult("");

    private string PidFile => Path.Combine(folder, "postmaster.pid");

    public int? ProcessId => launched?.Id ?? adopted;

    // A child has no command line for a moment, while its program is replaced; there the system says whether it lives.
    public bool IsAlive => launched is { } child ? !child.HasExited : adopted is { } id && IsOurs(id);

    public async Task InitializeAsync(string user, string passwordFile, CancellationToken cancellation)
    {
        // Made beside its place and moved there when it is whole: an interrupted initdb leaves nothing that looks like a cluster.
        var unfinished = folder + ".unfinished";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await PostgresBinaries.HandOverAsync([unfinished, passwordFile], cancellation);
        await binaries.InitdbAsync(
            [
                "--pgdata", unfinished, "--username", user, "--pwfile", passwordFile, "--auth=scram-sha-256",
                // C: comparisons and sort order are the same on every machine.
                "--locale=C", "--encoding=UTF8",
                .. durable ? Array.Empty<string>() : ["--no-sync"],
            ],
            cancellation);
        Directory.Move(unfinished, folder);
    }

    /// <summary>The port of a server that an earlier owner left running; from now on it is watched as if started here.</summary>
    public int? Adopt()
    {
        // Line 1: process id, line 4: port. Written at once when the server starts, deleted when it stops in order.
        if (!File.Exists(PidFile) || File.ReadAllLines(PidFile) is not [var id, _, _, var port, ..]) return null;
        adopted = int.Parse(id, CultureInfo.InvariantCulture);
        return IsAlive ? int.Parse(port, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Returns when the server answers.</summary>
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

    /// <summary>True once the server accepts a connection, false when its process has ended.</summary>
    public async Task<bool> AnswersAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellation)
    {
        for (var waiting = Stopwatch.StartNew(); IsAlive; await Task.Delay(BetweenLooks, cancellation))
        {
            try
            {
                await using var attempt = new NpgsqlConnection(connection.ConnectionString);
                await attempt.OpenAsync(cancellation);
                return true;
            }
            catch (NpgsqlException failure) when (IsNotYet(failure) && waiting.Elapsed < AnswersWithin)
            {
                // Look again, unless the process is gone.
            }
        }
        return false;
    }

    /// <summary>Ends the server and its sessions; what was committed is kept.</summary>
    public async Task StopAsync()
    {
        const int interrupt = 2, quit = 3;
        // SIGINT is a "fast" shutdown. SIGQUIT, for a server that hangs, leaves the rest to the recovery at the next start.
        foreach (var (signal, patience) in new[] { (interrupt, 30), (quit, 10) })
        {
            if (!IsAlive) return;
            _ = Kill(ProcessId!.Value, signal);
            for (var waiting = Stopwatch.StartNew(); IsAlive && waiting.Elapsed < TimeSpan.FromSeconds(patience);)
                await Task.Delay(BetweenLooks);
        }
        if (IsAlive) throw new TimeoutException($"PostgreSQL in {folder} (process {ProcessId}) does not stop.");
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
            // A log for each weekday: it outlives the owner, needs no reader and does not grow for ever.
            "-c", "logging_collector=on", "-c", "log_filename=postgresql-%a.log", "-c", "log_truncate_on_rotation=on",
            .. durable
                ? Array.Empty<string>()
                : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
        ]);
        errors = launched.StandardError.ReadToEndAsync();
    }

    /// <summary>Refused, reset or "the database system is starting up"; a wrong password, for one, will not change.</summary>
    private static bool IsNotYet(NpgsqlException failure) =>
        failure is not PostgresException || failure.SqlState == PostgresErrorCodes.CannotConnectNow;

    /// <summary>
    /// Whether the process is the server of this folder: its command line says so. A process that has ended, even if nobody
    /// has collected it yet, has none; one that was given a recycled id has another.
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
    /// PostgreSQL refuses to start while the process named in its file is alive, even if that is a browser by now: the machine
    /// was switched off, and the id was given out again. The owner of the folder can tell the difference.
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

    /// <summary>What the server said: the first messages on its error stream, later ones in a log.</summary>
    private async Task<string> LastWordsAsync()
    {
        var logs = new DirectoryInfo(Path.Combine(folder, "log"));
        var latest = logs.Exists
            ? logs.GetFiles().Where(log => log.LastWriteTimeUtc >= launchedAt).MaxBy(log => log.LastWriteTimeUtc)
            : null;
        // Whoever inherited the stream from the server may keep it open.
        await Task.WhenAny(errors, Task.Delay(TimeSpan.FromSeconds(5)));
        return (errors.IsCompletedSuccessfully ? errors.Result : "") + string.Join('\n', latest is null ? [] : File.ReadLines(latest.FullName).TakeLast(10));
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
