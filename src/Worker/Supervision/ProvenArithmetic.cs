using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;

namespace PieService.Worker.Supervision;

/// <summary>What this worker's devices showed at its start: a device whose arithmetic is wrong trains nothing.</summary>
/// <param name="Reports">One for each device that its slots use.</param>
public sealed record ProvenArithmetic(IReadOnlyList<ArithmeticReport> Reports)
{
    /// <summary>Why the worker takes no runs; null: its arithmetic is right.</summary>
    public string? Complaint => Reports.Select(report => report.Complaint).FirstOrDefault(complaint => complaint is not null);

    /// <summary>Checks that each of its devices has made.</summary>
    public int Checks => Reports.Min(report => report.Checks);

    /// <exception cref="TrainerFailedException">A trainer does not start, or does not find its device.</exception>
    public static async Task<ProvenArithmetic> OfAsync(WorkerSettings settings, TimeProvider time)
    {
        var reports = new List<ArithmeticReport>();
        foreach (var slot in Enumerable.Range(0, settings.Slots).DistinctBy(settings.VisibleGpu))
            reports.Add(await TrainerChild.ProveArithmeticAsync(settings, slot, time));
        return new(reports);
    }

    public void Tell(ILogger logger)
    {
        foreach (var report in Reports)
        {
            if (report.Complaint is { } complaint) WorkerLog.ArithmeticWrong(logger, complaint);
            else WorkerLog.ArithmeticRight(logger, report.Device, report.Checks, report.Seconds, report.Host.Processor, report.Host.Library, report.Host.Allocator);
        }
    }
}
