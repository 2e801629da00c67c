using PieService.Domain.Storage;

namespace PieService.Worker.Supervision;

/// <summary>Why a run that is being trained must stop.</summary>
public enum StopReason { None, LeaseLost, CancelRequested, PauseRequested, WorkerStopping }

/// <summary>A lease that is kept alive, and the signal to stop.</summary>
/// <param name="release">Ends the heartbeats of the lease.</param>
public sealed class HeldRun(RunLease lease, Action<HeldRun> release) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task stopping = Task.CompletedTask;
    private bool isOver;

    public RunLease Lease { get; } = lease;

    public StopReason Reason { get; private set; }

    public CancellationToken Stopped => stop.Token;

    /// <summary>Only the first reason counts; a reason after the end of the run has no effect.</summary>
    internal void Stop(StopReason reason)
    {
        lock (stop)
        {
            if (isOver || Reason != StopReason.None) return;
            Reason = reason;
            // What the token stops ends a process, which takes seconds: the heartbeats of other runs must not wait.
            stopping = stop.CancelAsync();
        }
    }

    public void Dispose()
    {
        release(this);
        lock (stop)
        {
            isOver = true;
            // The caller may be what the token has stopped, so this does not wait either.
            stopping.ContinueWith(
                _ => stop.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
