using PieService.Worker.Machines;

namespace PieService.Worker.Supervision;

/// <summary>
/// Limits the runs that are trained at once to the slots of the worker, regardless of the number of Hangfire's threads.
/// A run is claimed only after a slot was entered, since Hangfire starts its threads again after a long loss of the
/// database, while the old threads still train.
/// </summary>
public sealed class TrainingSlots(WorkerSettings settings) : IDisposable
{
    private readonly SemaphoreSlim free = new(settings.Slots);

    /// <summary>Waits for a free slot.</summary>
    public Task EnterAsync(CancellationToken cancellation) => free.WaitAsync(cancellation);

    /// <summary>Returns false if no slot is free.</summary>
    public bool TryEnter() => free.Wait(0);

    public void Leave() => free.Release();

    public void Dispose() => free.Dispose();
}
