using PieService.Domain.Runs;

namespace PieService.Domain.Diagnosis;

/// <summary>Looks at the live workers: whether one of them takes runs, their devices and their versions.</summary>
public static class WorkerFindings
{
    /// <param name="workers">The live workers.</param>
    /// <param name="version">The version of this program, with which those of the workers are compared.</param>
    public static IEnumerable<Finding> Of(IReadOnlyList<WorkerBeat> workers, string version)
    {
        if (workers.Count == 0)
        {
            yield return Finding.Problem(
                "worker", "no worker has sent a heartbeat in the last 30 seconds",
                "start one: ./pie up, or the worker program for this database; ./pie logs worker shows why one ended");
            yield break;
        }
        var isAnyFit = workers.Any(worker => worker.ShortOf is null && worker.Slots > 0);
        var unfit = isAnyFit ? FindingState.Warning : FindingState.Problem;
        foreach (var worker in workers)
        {
            yield return worker.ShortOf is { } reason
                ? new(
                    "worker", unfit, $"{worker.Id} takes no new runs: {reason}",
                    "remove the cause that is named; the worker then goes on by itself, or after a restart if its "
                        + "arithmetic is wrong")
                : Finding.Ok("worker", $"{worker.Id}: {worker.Slots} slots on {DevicesOf(worker)}");
            foreach (var report in worker.Arithmetic)
            {
                yield return report.Problem is { } problem
                    ? new("arithmetic", unfit, problem, "see docs/machines.md")
                    : Finding.Ok(
                        "arithmetic",
                        $"{worker.Machine}, {report.Device}: {report.Checks} checks passed on {report.Host.Processor}, "
                            + $"{report.CpuCapability}, {report.Host.Library}, allocator {report.Host.Allocator}");
            }
            if (!worker.Versions.Contains(version, StringComparison.Ordinal))
            {
                yield return Finding.Warning(
                    "versions", $"{worker.Id} has {worker.Versions}, this program has {version}",
                    "start workers and API of one version: their recipes and rows fit each other");
            }
        }
    }

    private static string DevicesOf(WorkerBeat worker) => worker.Devices.Count == 0 ? worker.Device
        : string.Join(", ", worker.Devices.Select(device =>
            $"{device.Name}{(device.Model is { } model ? $" ({model}, driver {device.Driver})" : "")}"));
}
