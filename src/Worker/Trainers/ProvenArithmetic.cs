using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Worker.Machines;

namespace PieService.Worker.Trainers;

/// <summary>
/// The comparison of the arithmetic of this worker's devices with plain arithmetic. If a device computes wrong results,
/// the worker takes no runs.
/// </summary>
/// <param name="Reports">One report for each device that the worker's slots use.</param>
public sealed record ProvenArithmetic(IReadOnlyList<ArithmeticReport> Reports)
{
    private const int Trials = 5;

    private static readonly TimeSpan BetweenTrials = TimeSpan.FromSeconds(1);

    /// <summary>Why the worker takes no runs; null if its arithmetic is right.</summary>
    public string? Problem => Reports.Select(report => report.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>The number of checks on every device.</summary>
    public int Checks => Reports.Min(report => report.Checks);

    /// <exception cref="TrainerFailedException">A trainer does not start, or does not find its device.</exception>
    public static async Task<ProvenArithmetic> OfAsync(WorkerSettings settings, TimeProvider time)
    {
        var reports = new List<ArithmeticReport>();
        foreach (var slot in Enumerable.Range(0, settings.Slots).DistinctBy(slot => settings.DeviceOf(slot).Gpu?.Uuid))
        {
            var report = await ProveAsync(settings, slot, time, CancellationToken.None);
            // Only one GPU is visible to the process, as cuda:0.
            reports.Add(report with { Device = settings.DeviceOf(slot).Name });
        }
        return new(reports);
    }

    public void Log(WorkerSettings settings, ILogger logger)
    {
        if (settings.Library is var library && !library.IsOfMinor(TorchLibrary.BuiltFor))
        {
            TrainerLog.OtherMinor(
                logger, library.Folder, library.Version?.ToString() ?? "unknown", TorchLibrary.BuiltFor.ToString(2));
        }
        foreach (var report in Reports)
        {
            if (report.Problem is { } problem)
            {
                TrainerLog.ArithmeticWrong(logger, problem);
                continue;
            }
            var host = report.Host;
            TrainerLog.ArithmeticRight(
                logger, report.Device, report.Checks, report.Seconds, host.Processor, host.Library, host.Allocator);
        }
    }

    /// <summary>
    /// Compares the arithmetic of a slot's device with plain arithmetic, in a separate process. The comparison is
    /// retried a few times, since another process may have killed this one.
    /// </summary>
    /// <exception cref="TrainerFailedException">The process never reports: it does not find its device, or it
    /// dies.</exception>
    internal static async Task<ArithmeticReport> ProveAsync(
        WorkerSettings settings, int slot, TimeProvider time, CancellationToken cancellation)
    {
        for (var trial = 1; ; trial++)
        {
            using var trainer = new TrainerChild(settings, slot, TrainerProcess.Arithmetic);
            try
            {
                return await trainer.ArithmeticAsync(cancellation);
            }
            catch (TrainerFailedException) when (trial < Trials)
            {
                await Task.Delay(BetweenTrials, time, cancellation);
            }
        }
    }
}
