namespace PieService.Api.Dispatch;

/// <summary>Lets a request wake the dispatcher, which otherwise checks the rows once a second.</summary>
public sealed class DispatchBell(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        lock (rung)
        {
            if (rung.CurrentCount == 0) rung.Release();
        }
    }

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await rung.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The dispatcher checks the rows when the time is over.
        }
    }

    public void Dispose() => rung.Dispose();
}
