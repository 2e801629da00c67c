using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Database;

public sealed class PrivatePostgresTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private PieFolders folders = null!;

    public async ValueTask InitializeAsync() => folders = await TestCluster.NewFoldersAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_started_cluster_has_a_UTF8_database_that_sorts_by_code_point()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal(
            "pie UTF8 C",
            await AskAsync(cluster, """
                SELECT concat_ws(' ', datname, pg_encoding_to_char(encoding), datcollate)
                FROM pg_database WHERE datname = current_database()
                """));
    }

    [Fact]
    public async Task A_cluster_listens_on_loopback_only_and_has_no_socket()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal(
            "127.0.0.1", await Sql.ScalarAsync(cluster.AdministratorConnectionString, "SHOW listen_addresses"));
        Assert.Equal("", await Sql.ScalarAsync(cluster.AdministratorConnectionString, "SHOW unix_socket_directories"));
    }

    /// <summary>On the command line it could not be changed.</summary>
    [Fact]
    public async Task The_cache_follows_from_the_memory_and_is_set_in_the_configuration()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);

        var megabytes = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (16 << 20), 128, 2048);
        Assert.Equal(
            $"{megabytes} configuration file",
            await Sql.ScalarAsync(cluster.AdministratorConnectionString, """
                SELECT concat_ws(' ', setting::bigint / 128, source) FROM pg_settings WHERE name = 'shared_buffers'
                """));
    }

    [Fact]
    public async Task A_connection_without_the_password_is_refused()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);
        var guess = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "guess", Pooling = false };

        await using var connection = new NpgsqlConnection(guess.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task Only_the_owner_can_read_password_and_connection_string()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal(cluster.ConnectionString, await File.ReadAllTextAsync(folders.ConnectionFile));
        foreach (var secret in new[] { folders.ConnectionFile, PrivatePostgres.FolderIn(folders)
            + ".password", PrivatePostgres.FolderIn(folders) + ".service.password" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(secret).UnixFileMode);
    }

    [Fact]
    public async Task A_stopped_cluster_leaves_no_process_and_keeps_its_data_port_and_password()
    {
        string connectionString;
        int postmaster;
        await using (var cluster = await TestCluster.OpenAsync(folders))
        {
            connectionString = cluster.ConnectionString;
            postmaster = PostmasterId();
            await AskAsync(cluster, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        Assert.False(IsAlive(postmaster));

        await using var again = await TestCluster.OpenAsync(folders);

        Assert.Equal(connectionString, again.ConnectionString);
        Assert.Equal(42, await AskAsync(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task The_next_owner_takes_over_and_stops_a_server_that_a_killed_owner_left_running()
    {
        await using (await TestCluster.OpenAsync(folders)) { }
        using var left = StartServerWithoutOwner();
        await Until.HoldsAsync(() => Task.FromResult(File.Exists(PidFile)));

        await using (var cluster = await TestCluster.OpenAsync(folders))
        {
            Assert.Equal(left.Id, PostmasterId());
            Assert.Equal("pie", await AskAsync(cluster, "SELECT current_database()"));
        }

        await left.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_folder_has_one_owner_and_a_second_one_gets_an_error_with_the_fix()
    {
        await using var first = await TestCluster.OpenAsync(folders);

        var refusal = await Assert.ThrowsAsync<ClusterTakenException>(() => TestCluster.OpenAsync(folders));

        Assert.Contains(folders.Data, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("PIE_DATA", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("pie", await AskAsync(first, "SELECT current_database()"));
    }

    [Fact]
    public async Task The_keeper_restarts_a_killed_server_on_its_port_with_all_committed_data()
    {
        await using var cluster = await TestCluster.OpenAsync(folders);
        using var keeper = new ClusterKeeper(cluster, TimeProvider.System, NullLogger<ClusterKeeper>.Instance);
        await keeper.StartAsync(CancellationToken.None);
        await AskAsync(cluster, "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 42 AS answer");
        var killed = PostmasterId();

        Process.GetProcessById(killed).Kill();

        await Until.HoldsAsync(async () =>
        {
            try
            {
                return Equals(42, await AskAsync(cluster, "SELECT answer FROM kept")) && PostmasterId() != killed;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
        await keeper.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_keeper_does_not_restart_a_server_that_was_stopped_deliberately()
    {
        var cluster = await TestCluster.OpenAsync(folders);
        using var keeper = new ClusterKeeper(cluster, TimeProvider.System, NullLogger<ClusterKeeper>.Instance);
        await keeper.StartAsync(CancellationToken.None);
        var postmaster = PostmasterId();

        await cluster.DisposeAsync();
        await keeper.StopAsync(CancellationToken.None);

        Assert.False(IsAlive(postmaster));
        Assert.False(File.Exists(PidFile));
    }

    [Fact]
    public async Task A_pid_file_with_a_recycled_process_id_does_not_prevent_the_server_from_starting()
    {
        await using (await TestCluster.OpenAsync(folders)) { }
        await File.WriteAllLinesAsync(
            PidFile,
            [$"{Environment.ProcessId}", PrivatePostgres.FolderIn(folders), "1700000000", "20000", "", "127.0.0.1"]);

        await using var cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal("pie", await AskAsync(cluster, "SELECT current_database()"));
    }

    [Fact]
    public async Task An_interrupted_initialization_is_started_over()
    {
        var unfinished = Directory.CreateDirectory(PrivatePostgres.FolderIn(folders) + ".unfinished");
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "15");

        await using var cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal("pie", await AskAsync(cluster, "SELECT current_database()"));
        Assert.False(unfinished.Exists && Directory.Exists(unfinished.FullName));
    }

    [Fact]
    public async Task A_server_that_cannot_start_reports_the_reason()
    {
        await using (await TestCluster.OpenAsync(folders)) { }
        await File.AppendAllTextAsync(
            Path.Combine(PrivatePostgres.FolderIn(folders), "postgresql.conf"), "no_such_setting = 1");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestCluster.OpenAsync(folders));

        Assert.Contains("no_such_setting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_programs_are_reported_with_the_setting_of_their_folder()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PrivatePostgres.StartAsync(folders, "/nowhere", NullLogger.Instance));

        Assert.Contains("PIE_PG_BIN is /nowhere", failure.Message, StringComparison.Ordinal);
        Assert.Contains("initdb", failure.Message, StringComparison.Ordinal);
    }

    private string PidFile => Path.Combine(PrivatePostgres.FolderIn(folders), "postmaster.pid");

    private int PostmasterId() => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    /// <summary>The command line of the last start, which PostgreSQL records in a file.</summary>
    private Process StartServerWithoutOwner()
    {
        var command = File.ReadAllText(Path.Combine(PrivatePostgres.FolderIn(folders), "postmaster.opts"));
        var start = new ProcessStartInfo("sh", ["-c", $"exec {command}"])
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Environment.IsPrivilegedProcess) start.UserName = "postgres";
        return Process.Start(start)!;
    }

    private static Task<object?> AskAsync(PrivatePostgres cluster, string sql) =>
        Sql.ScalarAsync(cluster.ConnectionString, sql);
}
