using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Supervision;

/// <summary>
/// Keeps a slot from runs after a failure of this worker, for example of its GPU, until the arithmetic of its device is
/// right again. Without this, such a worker would take one run after another, since it is free when others train.
/// </summary>
public sealed class SlotRecovery(
    WorkerSettings settings, LeaseSettings leases, TimeProvider time, ILogger<SlotRecovery> logger)
{
    /// <summary>The wait is doubled at most this many times: 5 s become 5 minutes.</summary>
    private const int MostDoublings = 6;

    /// <summary>The failures of a slot one after the other; no reason if its device has been right since.</summary>
    private readonly ConcurrentDictionary<int, (int Failures, string? Reason)> failed = new();

    /// <summary>Why no slot takes runs; null if one does.</summary>
    public string? Problem
    {
        get
        {
            var reasons = failed.Values.Select(slot => slot.Reason).OfType<string>().ToList();
            return reasons.Count < settings.Slots ? null : $"a working device or disk: {reasons[0]}";
        }
    }

    /// <summary>Notes the end of a run.</summary>
    /// <param name="failure">Null if the run succeeded.</param>
    public void Note(int slot, Exception? failure)
    {
        if (failure is not WorkerFailedException) failed.TryRemove(slot, out _);
        else Fail(slot, failure.Message);
    }

    /// <summary>
    /// Waits until the slot may take a run: at once if its last run did not fail because of the worker. Else the wait
    /// begins with the back-off of a run, doubles with every further failure, and ends when the comparison with plain
    /// arithmetic has passed.
    /// </summary>
    public async Task UntilSoundAsync(int slot, CancellationToken cancellation)
    {
        while (failed.TryGetValue(slot, out var last) && last.Reason is { } reason)
        {
            var wait = WaitAfter(last.Failures, leases.Backoff);
            WorkerLog.SlotFailed(logger, slot, settings.DeviceOf(slot).Name, wait.TotalSeconds, reason);
            await Task.Delay(wait, time, cancellation);
            if (await ProblemOfAsync(slot, cancellation) is { } problem) Fail(slot, problem);
            else failed[slot] = (last.Failures, null);
        }
    }

    internal static TimeSpan WaitAfter(int failures, TimeSpan backoff) =>
        backoff * Math.Pow(2, Math.Min(failures - 1, MostDoublings));

    private void Fail(int slot, string reason)
    {
        var shown = ReadableText.Line(reason);
        failed.AddOrUpdate(slot, (1, shown), (_, before) => (before.Failures + 1, shown));
    }

    private async Task<string?> ProblemOfAsync(int slot, CancellationToken cancellation)
    {
        try
        {
            return (await ProvenArithmetic.ProveAsync(settings, slot, time, cancellation)).Problem;
        }
        catch (TrainerFailedException unfit)
        {
            return unfit.Message;
        }
    }
}
