using Microsoft.Extensions.Hosting;

namespace PieService.Worker.Supervision;

/// <summary>
/// Looks for work every few seconds while a slot is free: after an outage Hangfire's threads sleep for up to five
/// minutes before they look again. This class is not a RepeatingService: it ends only when the runs that it started
/// have ended, and its first check comes after an interval, when the other services have checked this machine.
/// </summary>
public sealed class SlotWatch(TrainNextRun training, TrainingSlots slots, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly List<Task> started = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                started.RemoveAll(task => task.IsCompleted);
                if (slots.TryEnter()) started.Add(training.WithSlotAsync());
            }
        }
        finally
        {
            // Runs are handed back before the process ends.
            await Task.WhenAll(started);
        }
    }
}
