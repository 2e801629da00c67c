using System.Diagnostics;
using Npgsql;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>A worker as a batch system starts and stops it.</summary>
public sealed class WorkerCommandTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Help_names_the_options_and_needs_no_database()
    {
        var (exitCode, output, _) = await ServiceProcess.RunWorkerAsync(new Dictionary<string, string>(), "--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("--until-idle [SECONDS]", output, StringComparison.Ordinal);
        Assert.Contains("PIE_STOP_SECONDS", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--until-idle", "0")]
    [InlineData("--until-idel")]
    public async Task Arguments_that_are_not_known_are_refused_with_the_usage(params string[] arguments)
    {
        var (exitCode, output, errors) =
            await ServiceProcess.RunWorkerAsync(new Dictionary<string, string>(), arguments);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("Not an argument of the worker: --until-id", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "ConnectionStrings__Pie", "postgres://u:geheim@h/d",
        "The setting ConnectionStrings__Pie is not a connection string")]
    [InlineData(
        "PIE_DB_PASSWORD_FILE", "/nonexistent/secret", "The file of the setting PIE_DB_PASSWORD_FILE cannot be read")]
    [InlineData("PIE_LOG_FORMAT", "xml", "The setting PIE_LOG_FORMAT is 'xml'; it must be text or json.")]
    [InlineData("PIE_LEASE_SECONDS", "x", "The setting PIE_LEASE_SECONDS is 'x'; it must be a whole number")]
    public async Task A_wrong_setting_is_named_in_one_line(string name, string value, string message)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Pie"] = "Host=h", [name] = value };

        foreach (var (exitCode, _, errors) in new[]
            { await ServiceProcess.RunWorkerAsync(settings), await ServiceProcess.RunApiAsync(settings) })
        {
            Assert.Equal(1, exitCode);
            Assert.StartsWith(message, errors, StringComparison.Ordinal);
            Assert.Single(errors.TrimEnd().Split('\n'));
            Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_worker_until_idle_trains_and_labels_everything_and_then_ends_with_0()
    {
        service.Worker.Signal("TERM");
        await service.Worker.WaitForExitAsync(Limit());
        try
        {
            var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 2, "IMP");

            service.StartWorker("--until-idle", "5");
            await service.Worker.WaitForExitAsync(Limit());

            Assert.Equal(0, service.Worker.ExitCode);
            Assert.Equal("succeeded", (string?)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
            Assert.Contains("No work for 5 s; the worker ends", service.Worker.Tail, StringComparison.Ordinal);
        }
        finally
        {
            service.StartWorker();
        }
    }

    [Fact]
    public async Task The_job_of_Slurm_hands_SIGTERM_on_and_ends_after_its_worker()
    {
        var folder = Directory.CreateTempSubdirectory("pie-slurm-");
        var start = new ProcessStartInfo("bash", ["deploy/slurm/worker.sbatch"])
        {
            WorkingDirectory = ServiceProcess.RepositoryFolder,
        };
        start.Environment["ConnectionStrings__Pie"] = service.ConnectionString;
        start.Environment["PIE_DATA"] = folder.FullName;
        start.Environment["PIE_DEVICE"] = "cpu";
        start.Environment["PIE_SLOTS"] = "1";
        start.Environment["PIE_IDLE_SECONDS"] = "1000";
        start.Environment["PIE_WORKER"] = ServiceProcess.WorkerProgram;
        using var job = Process.Start(start)!;
        await service.UntilAsync("its worker is there", async () => await WorkersAsync() == 2);

        ServiceProcess.Send("TERM", job.Id);
        await job.WaitForExitAsync(Limit());

        // The worker removes its row when it has returned its runs.
        Assert.Equal((0, 1), (job.ExitCode, await WorkersAsync()));
        folder.Delete(recursive: true);
    }

    /// <summary>The run cannot be returned: its row is locked. With the default it would wait 150 s.</summary>
    [Fact]
    public async Task A_worker_ends_within_the_time_to_stop_even_if_it_cannot_return_its_run()
    {
        await using var own = await ServiceFixture.OpenAsync(("PIE_STOP_SECONDS", "3"));
        var sweep = await own.SubmitAsync(await own.UploadAsync(), epochs: 2000, seeds: 1);
        await own.UntilAsync("the run is being trained", async () =>
            (string?)(await own.ListAsync($"/api/v1/sweeps/{sweep}/runs"))[0]["state"] == "running");
        await using var connection = new NpgsqlConnection(own.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var block = new NpgsqlCommand("SELECT FROM runs FOR UPDATE", connection, transaction))
            await block.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        own.Worker.Signal("TERM");

        // Much less than 150 s, and enough for a busy machine.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await own.Worker.WaitForExitAsync(limit.Token);
    }

    private async Task<int> WorkersAsync() =>
        (await service.GetAsync("/api/v1/system"))["workers"]!.AsArray().Count;

    private static CancellationToken Limit() =>
        new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;
}
