using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using PieService.Domain.Storage;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>A backup of a service that trains, and a service that is made of it elsewhere.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class BackupTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IDisposable
{
    // They take several seconds, so that a backup is made in the middle of them even on a busy machine.
    private const int Epochs = 60;

    private readonly string folder = Directory.CreateTempSubdirectory("pie-backup-").FullName;

    private string Backup => Path.Combine(folder, "pie.zip");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restored_service_continues_the_sweep_to_the_same_predictions_and_models(bool hasCheckpoints)
    {
        var sweep = await SubmitAsync();
        await service.UntilAsync("some runs have ended and some are being trained", async () =>
        {
            var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
            return runs.Any(run => (string?)run["state"] == "succeeded")
                && runs.Any(run => (string?)run["state"] == "running" && (int)run["epochs"]!["done"]! > 1);
        });

        string[] arguments = hasCheckpoints ? ["backup", "--checkpoints", Backup] : ["backup", Backup];
        var (exitCode, output, errors) = await service.RunAsync(arguments);

        Assert.True(exitCode == 0, errors);
        Assert.Contains($"{Backup}\n", output, StringComparison.Ordinal);
        using (var zip = await ZipFile.OpenReadAsync(Backup))
        {
            Assert.Contains(
                zip.Entries, entry => entry.FullName.StartsWith("artifacts/models/", StringComparison.Ordinal));
            Assert.Equal(
                hasCheckpoints,
                zip.Entries.Any(entry => entry.FullName.StartsWith("artifacts/runs/", StringComparison.Ordinal)));
        }
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));

        await using var restored = await ServiceFixture.RestoredAsync(Backup);
        var runsThen = await restored.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.Contains(runsThen, run => (string?)run["state"] == "succeeded");
        Assert.Contains(runsThen, run => (string?)run["state"] is "queued" or "running");
        await service.UntilEndedAsync(sweep);
        await restored.UntilEndedAsync(sweep);

        foreach (var (original, copy) in (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))
            .Zip(await restored.ListAsync($"/api/v1/sweeps/{sweep}/runs")))
        {
            Assert.Equal((string?)original["id"], (string?)copy["id"]);
            Assert.Equal((string?)original["predictionHash"], (string?)copy["predictionHash"]);
            // The restore is not an attempt that failed, and no worker was lost.
            Assert.Equal((1, 0), ((int)copy["attempts"]!, (int)copy["interruptions"]!));
            Assert.Equal(
                await service.Client.GetByteArrayAsync($"/api/v1/runs/{original["id"]}/model"),
                await restored.Client.GetByteArrayAsync($"/api/v1/runs/{copy["id"]}/model"));
        }
        Assert.Equal(await ComparisonsAsync(service, sweep), await ComparisonsAsync(restored, sweep));
        // Without its checkpoint, a run that was being trained begins again.
        Assert.Equal(hasCheckpoints, FromCheckpoint().IsMatch(restored.Worker.Tail));
    }

    [Fact]
    public async Task A_restore_refuses_a_database_that_is_not_empty_and_a_damaged_file()
    {
        Assert.Equal(0, (await service.RunAsync("backup", Backup)).ExitCode);

        var (exitCode, _, errors) = await service.RunAsync("restore", Backup);
        Assert.Equal(1, exitCode);
        Assert.Contains("is not empty, and a restore never replaces anything.", errors, StringComparison.Ordinal);

        var bytes = await File.ReadAllBytesAsync(Backup, TestContext.Current.CancellationToken);
        // In the middle of the dump, which is the first and longest entry.
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Backup, bytes, TestContext.Current.CancellationToken);
        (exitCode, _, errors) = await service.RunAsync("restore", Backup);
        Assert.Equal(1, exitCode);
        Assert.Contains("is damaged", errors, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(Backup, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);
        (exitCode, _, errors) = await service.RunAsync("restore", Backup);
        Assert.Equal(1, exitCode);
        Assert.Contains("is not a backup of PieService, or it is incomplete", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_leaves_the_unfinished_file_of_another_backup_alone()
    {
        var other = Backup + ".unfinished";
        await File.WriteAllTextAsync(other, "of another process", TestContext.Current.CancellationToken);

        var (exitCode, _, errors) = await service.RunAsync("backup", Backup);

        Assert.True(exitCode == 0, errors);
        Assert.Equal(
            "of another process", await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken));
        Assert.Equal([Backup, other], Directory.GetFiles(folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_backup_in_a_folder_that_does_not_exist_names_the_folder()
    {
        var missing = Path.Combine(folder, "missing");

        var (exitCode, _, errors) = await service.RunAsync("backup", Path.Combine(missing, "pie.zip"));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            $"pie: backup: The folder {missing} of the backup does not exist.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("unfinished", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_of_a_folder_without_a_database_creates_none()
    {
        var data = Path.Combine(folder, "new");

        var (exitCode, _, errors) = await ServiceProcess.RunApiAsync(
            new Dictionary<string, string> { ["PIE_DATA"] = data, ["ConnectionStrings__Pie"] = "" }, "backup", Backup);

        Assert.Equal(1, exitCode);
        Assert.Contains($"There is no database in {data}.", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_backup_without_the_artifact_folder_is_incomplete_and_does_not_name_the_folder()
    {
        await service.UntilEndedAsync(await SubmitAsync());
        var empty = Directory.CreateDirectory(Path.Combine(folder, "not mounted")).FullName;
        var settings = new Dictionary<string, string>(service.Settings) { ["PIE_ARTIFACTS"] = empty };

        var (exitCode, output, errors) = await ServiceProcess.RunApiAsync(settings, "backup", Backup);

        Assert.Equal(1, exitCode);
        Assert.Contains("is incomplete: ", errors, StringComparison.Ordinal);
        Assert.Contains("files are missing", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(empty));
        using var zip = await ZipFile.OpenReadAsync(Backup);
        await using var list = await zip.GetEntry("backup.json")!.OpenAsync();
        var manifest = JsonNode.Parse(list)!;
        Assert.NotEmpty(manifest["missing"]!.AsArray());
        Assert.All(
            manifest["missing"]!.AsArray(),
            name => Assert.StartsWith("artifacts/models/", (string?)name, StringComparison.Ordinal));
    }

    /// <summary>
    /// After pg_restore has committed, either a statement of the restore fails or its process is killed.
    /// </summary>
    [Theory]
    [InlineData("psql -qc 'DROP TABLE installation'", false)]
    [InlineData("kill -9 $PPID", true)]
    public async Task A_restore_that_fails_after_its_rows_are_stored_leaves_no_database_that_a_service_uses(
        string then, bool isKilled)
    {
        Assert.Equal(0, (await service.RunAsync("backup", Backup)).ExitCode);
        await using var database = new FreshDatabase(_ => Task.CompletedTask);
        await database.InitializeAsync();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Pie"] = database.ConnectionString,
            ["PIE_DATA"] = Path.Combine(folder, "restored"),
        };
        var programs = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        Program(programs, "pg_dump", "exit 9");
        Program(programs, "pg_restore", $"{Installed("pg_restore")} \"$@\" && {then}");

        var (exitCode, _, errors) = await ServiceProcess.RunApiAsync(
            new Dictionary<string, string>(settings) { ["PIE_PG_BIN"] = programs }, "restore", Backup);

        Assert.NotEqual(0, exitCode);
        if (isKilled)
        {
            (exitCode, _, errors) = await ServiceProcess.RunApiAsync(settings, "key", "list");
            Assert.Equal(1, exitCode);
            Assert.Contains("A restore into this database has not ended.", errors, StringComparison.Ordinal);
            (exitCode, _, errors) = await ServiceProcess.RunApiAsync(settings);
            Assert.Equal(1, exitCode);
            Assert.StartsWith("A restore into this database has not ended.", errors, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("installation", errors, StringComparison.Ordinal);
            Assert.Equal(0L, await Sql.ScalarAsync(
                database.ConnectionString,
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
        }
        (exitCode, _, errors) = await ServiceProcess.RunApiAsync(settings, "restore", Backup);
        Assert.True(exitCode == 0, errors);
        // The folder of the artifacts of the failed restore is removed too.
        Assert.True(Directory.GetDirectories(Path.Combine(folder, "restored/artifacts")).Length <= 1);
        Assert.Equal(0, (await ServiceProcess.RunApiAsync(settings, "key", "list")).ExitCode);
    }

    [Fact]
    public async Task A_restore_into_a_database_that_an_API_is_creating_refuses_it_and_leaves_it_alone()
    {
        Assert.Equal(0, (await service.RunAsync("backup", Backup)).ExitCode);
        await using var database = new FreshDatabase(_ => Task.CompletedTask);
        await database.InitializeAsync();
        // What the start of an API does.
        await using var api = new NpgsqlConnection(database.ConnectionString);
        await api.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_lock({AdvisoryLocks.Migration})");

        var restoring = ServiceProcess.RunApiAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Pie"] = database.ConnectionString,
                ["PIE_DATA"] = Path.Combine(folder, "restored"),
            },
            "restore", Backup);
        await Until.HoldsAsync(async () => restoring.IsCompleted || (bool)(await Sql.ScalarAsync(
            database.ConnectionString, $"""
            SELECT EXISTS (
                SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND NOT granted
                    AND (classid::bigint << 32) + objid::bigint = {AdvisoryLocks.Migration}
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """))!);
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS datasets ()");
        await ExecuteAsync($"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})");

        var (exitCode, _, errors) = await restoring;
        Assert.Equal(1, exitCode);
        Assert.Contains("is not empty, and a restore never replaces anything.", errors, StringComparison.Ordinal);
        await ExecuteAsync("SELECT FROM datasets");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, api);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static void Program(string folder, string name, string command)
    {
        using var file = new StreamWriter(Path.Combine(folder, name), new FileStreamOptions
        {
            Access = FileAccess.Write,
            Mode = FileMode.CreateNew,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute,
        });
        file.Write($"#!/bin/sh\n{command}\n");
    }

    private static string Installed(string program) =>
        Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", program))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .Select(path => Path.Combine(path, program)))
            .First(File.Exists);

    [GeneratedRegex(", from epoch [1-9]")]
    private static partial Regex FromCheckpoint();

    private static async Task<string> ComparisonsAsync(ServiceFixture from, Guid sweep) => string.Join(
        '\n',
        (await from.ListAsync($"/api/v1/sweeps/{sweep}/comparisons"))
            .Select(comparison => $"{comparison["id"]} {comparison["pies"]} {comparison["complete"]}"));

    private async Task<Guid> SubmitAsync()
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "backed up",
            datasetId = await service.UploadAsync(),
            models = new[] { new
            {
                architecture = "BiLSTM",
                hyperparameters = new
                {
                    epochs = Epochs,
                    batchSize = 32,
                    learningRate = 0.005,
                    hiddenSize = 8,
                    embeddingSize = 8,
                },
            } },
            methods = new[] { "RP-AI" },
            sparsities = new[] { 50, 80 },
            seeds = new { first = 0, count = 2 },
            keepModels = "last",
        });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }
}
