namespace PieService.Hosting;

/// <summary>
/// Wakes a service that waits. A ring before the wait counts, and several rings count as one, so that a service that
/// checks the rows after each wait sees every change.
/// </summary>
public sealed class Bell(TimeProvider time, Action<Bell> onDispose) : IDisposable
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        lock (rung)
        {
            if (rung.CurrentCount == 0) rung.Release();
        }
    }

    /// <returns>Whether the bell rang; false if the time is over.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        if (rung.Wait(0, CancellationToken.None)) return true;
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await rung.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Waits for the bell after a pause. A ring during the pause counts.</summary>
    /// <returns>Whether the bell rang; false if <paramref name="atMost"/> has passed since the pause.</returns>
    public async Task<bool> WaitAsync(TimeSpan pause, TimeSpan atMost, CancellationToken cancellation)
    {
        await Task.Delay(pause, time, cancellation);
        return await WaitAsync(atMost, cancellation);
    }

    // The semaphore is not disposed, because a notification may ring the bell at this moment. It holds no resources.
    public void Dispose() => onDispose(this);
}
