using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>One trainer process for each slot, kept between runs since starting one costs up to half a second.</summary>
public sealed class TrainerPool(WorkerSettings settings) : IDisposable
{
    /// <summary>A process that served so many runs is replaced: native libraries give memory back only at their end.</summary>
    private const int RunsPerProcess = 50;

    private readonly Stack<int> freeSlots = new(Enumerable.Range(0, settings.Slots).Reverse());
    private readonly Dictionary<int, TrainerChild> idle = [];

    /// <summary>Trains on a free slot; there is one as long as no more than Slots runs are trained at once.</summary>
    /// <exception cref="UntrainableException">The run cannot succeed.</exception>
    /// <exception cref="TrainerFailedException">The run broke, or its process did.</exception>
    public async Task<TrainingResult> TrainAsync(
        TrainingAssignment assignment, Func<EpochFinished, Task> onEpoch, Action<string> onWarning, CancellationToken cancellation)
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

    /// <summary>Ends the processes that no run is using, for the memory that they hold.</summary>
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
            // One that died while it waited is nobody's failed attempt.
            var child = idle.Remove(slot, out var waiting) && waiting.IsAlive ? waiting : new TrainerChild(settings, slot);
            freeSlots.Pop();        // not before: a process that cannot be started leaves the slot free
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
