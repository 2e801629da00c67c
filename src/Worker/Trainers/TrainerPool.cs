using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Trainers;

/// <summary>
/// Keeps one trainer process for each slot between runs, since starting a process takes up to half a second.
/// </summary>
public sealed class TrainerPool(WorkerSettings settings) : IDisposable
{
    /// <summary>
    /// A process is replaced after this many runs, because native libraries free some memory only when it ends.
    /// </summary>
    private const int RunsPerProcess = 50;

    private readonly Stack<int> freeSlots = new(Enumerable.Range(0, settings.Slots).Reverse());
    private readonly Dictionary<int, TrainerChild> idle = [];

    /// <summary>Trains on a free slot. A slot is free as long as at most Slots runs are trained at once.</summary>
    /// <exception cref="UntrainableException">The run cannot succeed.</exception>
    /// <exception cref="TrainerFailedException">The run or its process failed.</exception>
    public async Task<TrainingResult> TrainAsync(
        TrainingAssignment assignment, Func<EpochFinished, Task> onEpoch, Action<string> onWarning,
        CancellationToken cancellation)
    {
        var child = Rent();
        var healthy = false;
        try
        {
            var result = await child.TrainAsync(assignment, onEpoch, onWarning, cancellation);
            healthy = child.RunsDone < RunsPerProcess;
            return result;
        }
        finally
        {
            Return(child, healthy);
        }
    }

    public void Dispose() => EndIdle();

    /// <summary>Ends the idle processes, to free the memory that they hold.</summary>
    public void EndIdle()
    {
        lock (idle)
        {
            foreach (var child in idle.Values) child.Dispose();
            idle.Clear();
        }
    }

    private TrainerChild Rent()
    {
        lock (idle)
        {
            var slot = freeSlots.Peek();
            // An idle trainer that died must not count as a failed attempt.
            var child = idle.Remove(slot, out var waiting) && waiting.IsAlive
                ? waiting : new TrainerChild(settings, slot);
            freeSlots.Pop();        // last: if a process cannot be started, the slot stays free
            return child;
        }
    }

    private void Return(TrainerChild child, bool healthy)
    {
        try
        {
            if (!healthy) child.Dispose();
        }
        finally
        {
            lock (idle)
            {
                if (healthy) idle[child.Slot] = child;
                freeSlots.Push(child.Slot);
            }
        }
    }
}
