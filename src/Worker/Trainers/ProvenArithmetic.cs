using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Worker.Machines;

namespace PieService.Worker.Trainers;

/// <summary>
/// The comparison of the arithmetic of this worker's devices with plain arithmetic. If one is wrong, the worker takes
/// no runs.
/// </summary>
/// <param name="Reports">One for each device that its slots use.</param>
public sealed record ProvenArithmetic(IReadOnlyList<ArithmeticReport> Reports)
{
    /// <summary>Why the worker takes no runs; null if its arithmetic is right.</summary>
    public string? Problem => Reports.Select(report => report.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>The number of checks that every device went through.</summary>
    public int Checks => Reports.Min(report => report.Checks);

    /// <exception cref="TrainerFailedException">A trainer does not start, or does not find its device.</exception>
    public static async Task<ProvenArithmetic> OfAsync(WorkerSettings settings, TimeProvider time)
    {
        var reports = new List<ArithmeticReport>();
        foreach (var slot in Enumerable.Range(0, settings.Slots).DistinctBy(settings.VisibleGpu))
        {
            var report = await TrainerChild.ProveArithmeticAsync(settings, slot, time);
            // The process sees one GPU, as cuda:0.
            reports.Add(settings.VisibleGpu(slot) is { } gpu ? report with { Device = $"cuda:{gpu}" } : report);
        }
        return new(reports);
    }

    public void Log(ILogger logger)
    {
        foreach (var report in Reports)
        {
            if (report.Problem is { } problem) TrainerLog.ArithmeticWrong(logger, problem);
            else TrainerLog.ArithmeticRight(logger, report.Device, report.Checks, report.Seconds, report.Host.Processor, report.Host.Library, report.Host.Allocator);
        }
    }
}
