using PieService.Domain.Storage;
using PieService.Worker.Resources;
using PieService.Worker.Trainers;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>The change of a run's row after a training that did not succeed.</summary>
public enum RowChange
{
    /// <summary>The run belongs to another worker by now.</summary>
    None,

    /// <summary>The run returns to the queue, and no attempt is counted.</summary>
    Yield,

    /// <summary>The attempt failed; another one may succeed.</summary>
    Retry,

    /// <summary>The run failed, and a retry would not help.</summary>
    Fail,
}

/// <summary>The consequence of a training that did not succeed.</summary>
/// <param name="WasStopped">Whether the run was being stopped; if not, the run itself failed.</param>
/// <param name="Message">The reason, as the row and the log show it.</param>
public sealed record TrainingOutcome(RowChange Change, bool WasStopped, string Message)
{
    /// <param name="reason">Why the run had to stop; None if it did not have to.</param>
    /// <param name="workerStops">Whether this worker is stopping.</param>
    public static TrainingOutcome Of(Exception failure, StopReason reason, bool workerStops)
    {
        // The run was being stopped, so any failure is expected: the trainer may have received our signal too.
        var wasStopped = reason != StopReason.None || workerStops;
        var change = failure switch
        {
            _ when reason == StopReason.LeaseLost => RowChange.None,
            _ when wasStopped => RowChange.Yield,
            // The run is not at fault; another worker may train it.
            WorkerUnfitException or ModelMismatchException or InsufficientMemoryException or WorkerFailedException =>
                RowChange.Yield,
            // The next attempt computes fewer examples at once.
            MemoryExhaustedException => RowChange.Yield,
            UntrainableException => RowChange.Fail,
            _ => RowChange.Retry,
        };
        return new(change, wasStopped, failure.Message);
    }
}
