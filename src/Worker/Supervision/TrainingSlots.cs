namespace PieService.Worker.Supervision;

/// <summary>
/// As many runs as the worker has slots are trained at once, whoever brings them: a run is claimed only with a free slot in
/// hand, since Hangfire starts its threads anew when it has lost the database for long, while the old ones still train.
/// </summary>
public sealed class TrainingSlots(WorkerSettings settings) : IDisposable
{
    private readonly SemaphoreSlim free = new(settings.Slots);

    /// <summary>Waits for a free slot.</summary>
    public Task EnterAsync(CancellationToken cancellation) => free.WaitAsync(cancellation);

    /// <summary>False where there is none.</summary>
    public bool TryEnter() => free.Wait(0);

    public void Leave() => free.Release();

    public void Dispose() => free.Dispose();
}
