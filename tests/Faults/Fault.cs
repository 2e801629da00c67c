using PieService.TestSupport;

namespace PieService.Faults;

/// <summary>A fault as it happens on real machines.</summary>
/// <param name="HappenAsync">
/// Causes the fault, and starts the affected processes again. Returns whether there was anything to break.
/// </param>
public sealed record Fault(string Name, Func<Lab, Random, Task<bool>> HappenAsync)
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("a trainer is killed", (lab, chance) => ToATrainer(lab, chance, "KILL")),
        new("a trainer aborts natively", (lab, chance) => ToATrainer(lab, chance, "ABRT")),
        new("a trainer hangs", (lab, chance) => ToATrainer(lab, chance, "STOP")),
        new("a worker is killed", async (lab, chance) =>
        {
            var index = chance.Next(2);
            var trainers = lab.Workers[index].Children();
            lab.Workers[index].Signal("KILL");
            // A trainer that an earlier fault froze cannot notice the end of its worker until it continues.
            foreach (var trainer in trainers) ServiceProcess.Send("CONT", trainer);
            await lab.UntilAsync("its trainers have ended too", () => Task.FromResult(!trainers.Any(Lives)));
            await lab.Workers[index].DisposeAsync();
            lab.StartWorker(index);
            return true;
        }),
        new("a worker is asked to stop", async (lab, chance) =>
        {
            var index = chance.Next(2);
            lab.Workers[index].Signal("TERM");
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await lab.Workers[index].WaitForExitAsync(limit.Token);
            await lab.Workers[index].DisposeAsync();
            lab.StartWorker(index);
            return true;
        }),
        new("a worker freezes past its lease and wakes", async (lab, chance) =>
        {
            var worker = lab.Workers[chance.Next(2)];
            worker.Signal("STOP");
            await PassAsync(2 * Lab.LeaseSeconds);
            worker.Signal("CONT");
            return true;
        }),
        new("the API is killed", async (lab, _) =>
        {
            lab.Api.Signal("KILL");
            await lab.Api.DisposeAsync();
            lab.StartApi();
            return true;
        }),
        new("PostgreSQL is killed", async (lab, _) =>
        {
            if (lab.Postmaster() is not { } before) return false;
            ServiceProcess.Send("KILL", before);
            await lab.UntilAsync(
                "the API has started it again", () => Task.FromResult(lab.Postmaster() is { } now && now != before));
            return true;
        }),
        new("PostgreSQL and the API are away for a while", async (lab, _) =>
        {
            lab.Api.Signal("TERM");
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await lab.Api.WaitForExitAsync(limit.Token);
            await lab.Api.DisposeAsync();
            await PassAsync(2 * Lab.LeaseSeconds);
            lab.StartApi();
            return true;
        }),
        new("the disk is full for the next checkpoints", (lab, _) =>
        {
            var hit = false;
            foreach (var lease in LeaseFolders(lab))
            {
                var newest = Checkpoints(lease)
                    .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["checkpoint-".Length..], null))
                    .DefaultIfEmpty().Max();
                // A write to /dev/full fails because no space is left on the device.
                for (var next = newest + 3; next < newest + 6; next++)
                    hit |= Attempt(
                        () => File.CreateSymbolicLink(
                            Path.Combine(lease, $"checkpoint-{next:D4}.safetensors.tmp"), "/dev/full"));
            }
            return Task.FromResult(hit);
        }),
        new("a checkpoint is truncated and its trainer killed", async (lab, chance) =>
        {
            var hit = false;
            foreach (var file in LeaseFolders(lab).SelectMany(Checkpoints))
            {
                hit |= Attempt(() =>
                {
                    using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
                    stream.SetLength(stream.Length / 2);
                });
            }
            // Without a checkpoint no trainer is killed: otherwise there would never be one.
            return hit && await ToATrainer(lab, chance, "KILL");
        }),
        new("every message is delivered twice", async (lab, _) => await lab.ScalarAsync(
            "WITH again AS (INSERT INTO hangfire.jobqueue (jobid, queue) SELECT DISTINCT jobid, queue FROM "
                + "hangfire.jobqueue RETURNING 1) SELECT count(*) FROM again") is > 0L),
    ];

    private static Task<bool> ToATrainer(Lab lab, Random chance, string signal)
    {
        var trainers = lab.Workers.SelectMany(worker => worker.Children()).ToList();
        if (trainers.Count > 0) ServiceProcess.Send(signal, trainers[chance.Next(trainers.Count)]);
        return Task.FromResult(trainers.Count > 0);
    }

    /// <summary>The duration of the fault itself, not the time until something happens.</summary>
    private static Task PassAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds));

    private static bool Lives(int id) => Directory.Exists($"/proc/{id}");

    private static IEnumerable<string> LeaseFolders(Lab lab) =>
        from artifacts in lab.ArtifactFolders.Where(Directory.Exists)
        from database in Directory.GetDirectories(artifacts)
        let runs = Path.Combine(database, "runs")
        where Directory.Exists(runs)
        from run in Directory.GetDirectories(runs)
        from lease in Listed(run)
        select lease;

    private static string[] Listed(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static string[] Checkpoints(string lease) =>
        Directory.Exists(lease) ? Directory.GetFiles(lease, "checkpoint-*.safetensors") : [];

    /// <returns>False if the service has removed the file in the meantime.</returns>
    private static bool Attempt(Action change)
    {
        try
        {
            change();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
