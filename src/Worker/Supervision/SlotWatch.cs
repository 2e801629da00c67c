using Microsoft.Extensions.Hosting;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Worker.Supervision;

/// <summary>
/// Looks for work when the runs have changed and a slot is free: after an outage Hangfire's threads sleep for up to
/// five minutes before they look again. This class is not a RepeatingService: it ends only when the runs that it
/// started have ended, and its first check comes after an interval, when the other services have checked this machine.
/// </summary>
public sealed class SlotWatch(TrainNextRun training, TrainingSlots slots, RowChanges changes, TimeProvider time)
    : BackgroundService
{
    /// <summary>The time before the first check, and the shortest time between two.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The longest time between two checks; a change of a run causes one earlier.</summary>
    private static readonly TimeSpan SlowPoll = TimeSpan.FromSeconds(30);

    private readonly List<Task> started = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var bell = changes.BellFor(ChangeTopics.Runs);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                await bell.WaitAsync(SlowPoll, stoppingToken);
                started.RemoveAll(task => task.IsCompleted);
                if (slots.TryEnter() is { } slot) started.Add(training.WithSlotAsync(slot));
            }
        }
        finally
        {
            // Runs are handed back before the process ends.
            await Task.WhenAll(started);
        }
    }
}
