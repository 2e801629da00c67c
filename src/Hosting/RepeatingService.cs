using Microsoft.Extensions.Hosting;

namespace PieService.Hosting;

/// <summary>
/// A service that performs a check repeatedly, for the first time when it starts. A failed check is logged, whatever
/// the failure was, and the next check follows: the database may be reachable by then. The service ends without an
/// error when the host stops.
/// </summary>
/// <param name="interval">
/// The time from the start of a check to the start of the next one; a check that takes longer is followed by the next
/// one at once.
/// </param>
public abstract class RepeatingService(TimeSpan interval, TimeProvider time) : BackgroundService
{
    protected TimeProvider Time { get; } = time;

    /// <summary>Performs the check once.</summary>
    public abstract Task LookAsync(CancellationToken cancellation);

    /// <summary>Logs a failed check.</summary>
    protected abstract void Log(Exception failure);

    /// <summary>Returns the time from the end of a check to the start of the next one.</summary>
    /// <param name="look">The duration of the check.</param>
    protected virtual TimeSpan PauseAfter(TimeSpan look) => look < interval ? interval - look : TimeSpan.Zero;

    /// <summary>Waits for the start of the next check.</summary>
    /// <param name="pause">The time that <see cref="PauseAfter"/> returned.</param>
    protected virtual Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken) =>
        Task.Delay(pause, Time, stoppingToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The check may block, so it must not run on the thread that starts the services.
        await Task.Yield();
        try
        {
            while (true)
            {
                var start = Time.GetTimestamp();
                await TryAsync(stoppingToken);
                await PauseAsync(PauseAfter(Time.GetElapsedTime(start)), stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // A check that is cancelled may throw any exception.
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Log(failure);
        }
    }
}
