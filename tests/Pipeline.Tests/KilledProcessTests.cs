using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>
/// Processes that die in the middle of their work: the results equal those of an undisturbed sweep bit for bit.
/// </summary>
public sealed class KilledProcessTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    // They take several seconds, so that a poll finds the run in the middle of them even on a busy machine.
    private const int Epochs = 200;

    private static Task<List<string?>>? undisturbedHashes;

    [Fact]
    public async Task The_run_of_a_killed_trainer_continues_from_its_checkpoint_to_the_same_predictions()
    {
        var undisturbed = await (undisturbedHashes ??= UndisturbedAsync());

        var sweep = await FinishedAsync(disturb: async running =>
        {
            await UntilItHasEpochsAsync(running);
            Assert.NotEmpty(service.Worker.Children());
            foreach (var trainer in service.Worker.Children()) ServiceProcess.Send("KILL", trainer);
        });

        Assert.Equal(undisturbed, await HashesAsync(sweep));
        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs?seed=0"))[0];
        // The run continued from its checkpoint, not from the beginning.
        Assert.Matches($"Run {run["id"]}: Dense 0 %, seed 0, from epoch [1-9]", service.Worker.Tail);
        Assert.Equal((2, 0), ((int)run["attempts"]!, (int)run["interruptions"]!));
    }

    [Fact]
    public async Task The_run_of_a_killed_worker_is_taken_over_after_its_lease_has_expired()
    {
        var undisturbed = await (undisturbedHashes ??= UndisturbedAsync());

        var sweep = await FinishedAsync(disturb: async running =>
        {
            await UntilItHasEpochsAsync(running);
            var trainers = service.Worker.Children();
            service.Worker.Signal("KILL");
            await service.UntilAsync(
                "its trainers have ended too",
                () => Task.FromResult(!trainers.Any(id => Directory.Exists($"/proc/{id}"))));
            service.StartWorker();
        });

        Assert.Equal(undisturbed, await HashesAsync(sweep));
        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs?seed=0"))[0];
        Assert.Equal((1, 1), ((int)run["attempts"]!, (int)run["interruptions"]!));
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_stop_returns_its_run_to_the_queue()
    {
        var undisturbed = await (undisturbedHashes ??= UndisturbedAsync());

        var sweep = await FinishedAsync(disturb: async running =>
        {
            await UntilItHasEpochsAsync(running);
            // Ctrl+C and batch systems signal all processes of the group; at worst the trainers get the signal first.
            foreach (var trainer in service.Worker.Children()) ServiceProcess.Send("TERM", trainer);
            service.Worker.Signal("TERM");
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            await service.Worker.WaitForExitAsync(limit.Token);
            Assert.Equal("queued", (string?)(await service.GetAsync($"/api/v1/runs/{running}"))["state"]);
            service.StartWorker();
        });

        Assert.Equal(undisturbed, await HashesAsync(sweep));
        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs?seed=0"))[0];
        Assert.Equal((1, 0), ((int)run["attempts"]!, (int)run["interruptions"]!));
    }

    [Fact]
    public async Task A_paused_run_stops_and_continues_from_its_checkpoint_when_resumed()
    {
        var undisturbed = await (undisturbedHashes ??= UndisturbedAsync());

        var sweep = await FinishedAsync(disturb: async running =>
        {
            await UntilItHasEpochsAsync(running);
            var own = (string?)(await service.GetAsync($"/api/v1/runs/{running}"))["sweepId"];
            using (var paused = await service.Client.PostAsync($"/api/v1/sweeps/{own}/pause", null))
                paused.EnsureSuccessStatusCode();
            // The limit is not short: on a busy machine the run stops as slowly as it trains, and has many epochs left.
            await service.UntilAsync("the run is back in the queue", async () =>
            {
                var state = (string?)(await service.GetAsync($"/api/v1/runs/{running}"))["state"];
                Assert.True(state is "running" or "queued", $"The run was paused, and is {state}.");
                return state == "queued";
            });
            Assert.Equal("paused", (string?)(await service.GetAsync($"/api/v1/sweeps/{own}"))["state"]);
            using (var resumed = await service.Client.PostAsync($"/api/v1/sweeps/{own}/resume", null))
                resumed.EnsureSuccessStatusCode();
        });

        Assert.Equal(undisturbed, await HashesAsync(sweep));
        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs?seed=0"))[0];
        Assert.Equal((1, 0), ((int)run["attempts"]!, (int)run["interruptions"]!));
    }

    [Fact]
    public async Task A_run_whose_attempts_all_fail_has_the_reason_does_not_stop_its_sweep_and_can_be_retried()
    {
        // The branch waits for the dense run, so the dense run is alone until it has finally failed.
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 120, seeds: 1, "IMP");
        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        var (poisoned, branch) = ((Guid)runs[0]["id"]!, (Guid)runs[1]["id"]!);
        var seen = 0;
        await service.UntilAsync("the run has failed", async () =>
        {
            var run = await service.GetAsync($"/api/v1/runs/{poisoned}");
            var done = (int)run["epochs"]!["done"]!;
            // A trainer that is killed before it has the run costs no attempt.
            var trains = (string?)run["state"] == "running" && done > seen;
            seen = done;
            if (trains)
                foreach (var trainer in service.Worker.Children()) ServiceProcess.Send("KILL", trainer);
            return (string?)run["state"] == "failed";
        });
        await service.UntilEndedAsync(sweep, "failed");

        var failed = await service.GetAsync($"/api/v1/runs/{poisoned}");
        Assert.Equal(3, (int)failed["attempts"]!);
        Assert.Contains("signal 9", (string?)failed["error"], StringComparison.Ordinal);
        Assert.Equal("succeeded", (string?)(await service.GetAsync($"/api/v1/runs/{branch}"))["state"]);

        using (var retried = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/retry-failed", null))
            retried.EnsureSuccessStatusCode();
        await service.UntilEndedAsync(sweep);
        Assert.Equal(1, (int)(await service.GetAsync($"/api/v1/runs/{poisoned}"))["attempts"]!);
    }

    [Fact]
    public async Task A_later_sweep_that_needs_another_split_retrains_the_runs_to_the_same_predictions()
    {
        var dataset = await service.UploadAsync();
        var first = await service.SubmitAsync(dataset, epochs: 3, seeds: 2, "MP-AI");
        await service.UntilEndedAsync(first);
        var before = await HashesAsync(first);

        var second = await service.SubmitAsync(dataset, epochs: 3, seeds: 2, ["test", "train"], "MP-AI");
        await service.UntilEndedAsync(second);

        Assert.Equal(before, await HashesAsync(second));
        var runs = await service.ListAsync($"/api/v1/sweeps/{second}/runs");
        Assert.All(runs, run => Assert.True((bool)run["repeatable"]!));
        Assert.Equal(240, (await service.ListAsync($"/api/v1/runs/{runs[0]["id"]}/predictions?split=train")).Count);
        Assert.Equal(
            ["test", "train"],
            (await service.ListAsync($"/api/v1/sweeps/{second}/comparisons"))
                .Select(comparison => (string?)comparison["split"]));
        Assert.Equal(
            [80, 240],
            (await service.ListAsync($"/api/v1/sweeps/{second}/comparisons"))
                .Select(comparison => (int)comparison["examples"]!));
    }

    [Fact]
    public async Task A_cancelled_sweep_stops_training()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 5_000, seeds: 3);
        await UntilItHasEpochsAsync((Guid)(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))[0]["id"]!);

        using var response = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null);

        response.EnsureSuccessStatusCode();
        await service.UntilAsync("all runs are cancelled", async () =>
            (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))
                .TrueForAll(run => (string?)run["state"] == "cancelled"));
    }

    /// <summary>Trained once for all tests: the content is the same, so the predictions must be the same.</summary>
    private async Task<List<string?>> UndisturbedAsync() => await HashesAsync(await FinishedAsync(disturb: null));

    /// <summary>
    /// A dense sweep of one run, with a separate upload for each call: calls share the content of the dataset only.
    /// </summary>
    private async Task<Guid> FinishedAsync(Func<Guid, Task>? disturb)
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), Epochs, seeds: 1);
        if (disturb is not null)
            await disturb((Guid)(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))[0]["id"]!);
        await service.UntilEndedAsync(sweep);
        return sweep;
    }

    private Task UntilItHasEpochsAsync(Guid run) =>
        service.UntilAsync("the run is in the middle of its epochs", async () =>
        {
            var now = await service.GetAsync($"/api/v1/runs/{run}");
            Assert.NotEqual("succeeded", (string?)now["state"]);
            return (int)now["epochs"]!["done"]! >= 2 && (string?)now["state"] == "running";
        });

    private async Task<List<string?>> HashesAsync(Guid sweep) =>
        [.. (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs")).Select(run => (string?)run["predictionHash"])];
}
