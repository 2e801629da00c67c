using Microsoft.Extensions.Hosting;

namespace PieService.Hosting;

/// <summary>
/// A service that looks at something again and again, at once when it starts. A look that fails is logged and the next
/// one follows, whatever the failure was: the database may be back by then. The service ends quietly when the host
/// stops.
/// </summary>
/// <param name="interval">The time from the start of a look to the start of the next one; a look that takes longer is
/// followed by the next one at once.</param>
public abstract class RepeatingService(TimeSpan interval, TimeProvider time) : BackgroundService
{
    protected TimeProvider Time { get; } = time;

    /// <summary>Looks once.</summary>
    public abstract Task LookAsync(CancellationToken cancellation);

    /// <summary>Logs that a look failed.</summary>
    protected abstract void Log(Exception failure);

    /// <summary>The time from the end of a look to the start of the next one.</summary>
    /// <param name="look">The time that the look took.</param>
    protected virtual TimeSpan PauseAfter(TimeSpan look) => look < interval ? interval - look : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the services: a look may block.
        await Task.Yield();
        try
        {
            while (true)
            {
                var start = Time.GetTimestamp();
                await TryAsync(stoppingToken);
                await Task.Delay(PauseAfter(Time.GetElapsedTime(start)), Time, stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // A look that is stopped may fail in any way.
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
