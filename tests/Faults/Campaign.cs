using System.Globalization;

namespace PieService.Faults;

/// <summary>
/// Random faults at random times during real sweeps, whose results must equal those of an undisturbed one. It is short
/// in ./pie test; ./pie faults --kills N --seed S sets its length.
/// </summary>
public sealed class Campaign(ITestOutputHelper output)
{
    private const int Epochs = 15, Seeds = 3, TestExamples = 80, PrunedCohorts = 3;

    private static readonly string[] Methods = ["IMP", "IMP-WR", "RP-AI"];

    [Fact]
    public async Task Results_after_random_faults_equal_those_of_an_undisturbed_sweep()
    {
        var (faults, seed) = (Setting("PIE_FAULT_KILLS", 12), Setting("PIE_FAULT_SEED", 1));
        var chance = new Random(seed);
        await using var lab = await Lab.OpenAsync(sharesArtifacts: true);
        var undisturbed = await SweepAsync(lab);
        await EndedAsync(lab, undisturbed);
        var expected = await ResultsAsync(lab, undisturbed);

        var sweeps = new List<Guid>();
        foreach (var fault in Deal(chance, faults))
        {
            if (sweeps.Count == 0) sweeps.Add(await SweepAsync(lab));
            // The fault falls anywhere within a second: into an epoch, a commit or a start.
            await Task.Delay(chance.Next(1000));
            await lab.UntilThroughFaultsAsync($"this fault has had an effect: {fault.Name}", async () =>
            {
                if (await HasEndedAsync(lab, sweeps[^1])) sweeps.Add(await SweepAsync(lab));
                return await fault.HappenAsync(lab, chance);
            });
            output.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {fault.Name}");
            await WorkGoesOnAsync(lab);
        }
        foreach (var sweep in sweeps) await EndedAsync(lab, sweep);

        foreach (var sweep in sweeps)
        {
            Assert.Equal(expected, await ResultsAsync(lab, sweep));
            await CountAsync(lab, sweep);
        }
        var left = lab.FilesLeft();
        try
        {
            await lab.UntilThroughFaultsAsync(
                "no checkpoint is left", () => Task.FromResult((left = lab.FilesLeft()).Count == 0));
        }
        finally
        {
            foreach (var file in left) output.WriteLine($"left: {file}");
        }
        await lab.CloseAsync();
        Assert.Empty(lab.ProcessesLeft());
        output.WriteLine(
            $"{faults} faults (seed {seed}) over {sweeps.Count} sweeps of {expected.Count} runs: every prediction "
                + "equals that of the undisturbed sweep.");
    }

    [Fact]
    public async Task Two_workers_without_a_shared_folder_finish_a_sweep_although_one_is_killed_repeatedly()
    {
        await using var lab = await Lab.OpenAsync(sharesArtifacts: false);
        var undisturbed = await SweepAsync(lab);
        await EndedAsync(lab, undisturbed);
        var expected = await ResultsAsync(lab, undisturbed);
        var kill = Fault.All.Single(fault => fault.Name == "a worker is killed");

        var sweeps = new List<Guid> { await SweepAsync(lab) };
        for (var kills = 0; kills < 4; kills++)
        {
            await lab.UntilThroughFaultsAsync("worker 0 holds a run", async () =>
            {
                if (await HasEndedAsync(lab, sweeps[^1])) sweeps.Add(await SweepAsync(lab));
                return await lab.ScalarAsync(
                    $"SELECT count(*) FROM runs WHERE lease_owner LIKE '%-{lab.Workers[0].Id}-%'") is > 0L;
            });
            await kill.HappenAsync(lab, new WorkerZero());
        }
        foreach (var sweep in sweeps) await EndedAsync(lab, sweep);

        foreach (var sweep in sweeps)
        {
            Assert.Equal(expected, await ResultsAsync(lab, sweep));
            await CountAsync(lab, sweep);
        }
        // A worker has a new name after each start, and the workers share no folder: an interrupted run continued from
        // the content of the database.
        Assert.NotEqual(0L, await lab.ScalarAsync("SELECT sum(interruptions)::bigint FROM runs"));
    }

    /// <summary>Each kind of fault equally often, in random order.</summary>
    private static IEnumerable<Fault> Deal(Random chance, int count)
    {
        while (true)
        {
            foreach (var fault in Fault.All.OrderBy(_ => chance.Next()).ToList())
            {
                if (count-- == 0) yield break;
                yield return fault;
            }
        }
    }

    private static async Task<Guid> SweepAsync(Lab lab)
    {
        var sweep = Guid.Empty;
        await lab.UntilThroughFaultsAsync("a sweep is accepted", async () =>
        {
            sweep = await lab.SubmitAsync(await lab.UploadAsync(), Epochs, Seeds, Methods);
            return true;
        });
        return sweep;
    }

    private static async Task<bool> HasEndedAsync(Lab lab, Guid sweep)
    {
        var state = "";
        await lab.UntilThroughFaultsAsync("the service responds", async () =>
        {
            state = (string)(await lab.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]!;
            return true;
        });
        Assert.NotEqual("failed", state);
        return state == "succeeded";
    }

    private static Task EndedAsync(Lab lab, Guid sweep) =>
        lab.UntilThroughFaultsAsync($"sweep {sweep} has succeeded", () => HasEndedAsync(lab, sweep));

    /// <summary>
    /// Waits until a run is training or the queue is empty, so that the next fault meets a recovered service.
    /// </summary>
    private static Task WorkGoesOnAsync(Lab lab) => lab.UntilThroughFaultsAsync("the work continues", async () =>
    {
        var system = await lab.GetAsync("/api/v1/system");
        return (int)system["queueDepth"]! == 0 || system["workers"]!.AsArray()
            .Any(worker => worker!["training"]!.AsArray().Count > 0);
    });

    /// <summary>The prediction hash of each run by its method, sparsity and seed.</summary>
    private static async Task<SortedDictionary<string, string>> ResultsAsync(Lab lab, Guid sweep)
    {
        var runs = await lab.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.All(runs, run => Assert.Equal("succeeded", (string?)run["state"]));
        return new(
            runs.ToDictionary(
                run => $"{run["method"]} {run["sparsity"]} {run["seed"]}", run => (string)run["predictionHash"]!));
    }

    private static async Task CountAsync(Lab lab, Guid sweep)
    {
        var own = $"FROM runs JOIN sweep_runs ON run_id = runs.id WHERE sweep_runs.sweep_id = '{sweep}'";
        Assert.Equal((PrunedCohorts + 1L) * Seeds, await lab.ScalarAsync($"SELECT count(*) {own}"));
        Assert.Equal(
            (PrunedCohorts + 1L) * Seeds,
            await lab.ScalarAsync($"SELECT count(*) FROM run_predictions WHERE run_id IN (SELECT runs.id {own})"));
        Assert.Equal((long)PrunedCohorts * TestExamples, await lab.ScalarAsync(
            $"SELECT count(*) FROM pie_labels JOIN comparisons ON number = comparison_number WHERE sweep_id = "
                + $"'{sweep}'"));
        // Each epoch has one row for each split. A branch that could not read its trunk trained the trunk's epochs too.
        Assert.Equal(0L, await lab.ScalarAsync($"""
            SELECT count(*) FROM (
                SELECT epochs_total, min(epoch) AS first, max(epoch) AS last, count(*) AS rows
                FROM runs JOIN run_metrics ON run_metrics.run_id = runs.id WHERE runs.id IN (SELECT runs.id {own})
                    GROUP BY runs.id) AS run
            WHERE last <> epochs_total - 1 OR first NOT IN (0, {Epochs}) OR rows <> 2 * (last - first + 1)
            """));
        Assert.Equal("", await lab.ScalarAsync($"""
            SELECT coalesce(string_agg(format(
                '%s: lease of %s, %s attempts, repeatable %s, notes %s', runs.id, lease_owner, attempts, is_repeatable,
                notes), '; '), '')
            {own} AND (lease_owner IS NOT NULL OR attempts < 1 OR NOT is_repeatable)
            """));
    }

    private static int Setting(string name, int byDefault) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : byDefault;

    private sealed class WorkerZero : Random
    {
        public override int Next(int maxValue) => 0;
    }
}
