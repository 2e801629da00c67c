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

    private readonly Dictionary<int, TrainerChild> idle = [];

    /// <summary>Trains in a slot, which the caller has entered.</summary>
    /// <param name="wholeDevice">Whether the run has a device for itself that other slots use later.</param>
    /// <exception cref="UntrainableException">The run cannot succeed.</exception>
    /// <exception cref="MemoryExhaustedException">Memory ran out.</exception>
    /// <exception cref="TrainerFailedException">The run or its process failed.</exception>
    /// <exception cref="WorkerFailedException">No trainer starts in the slot.</exception>
    public async Task<TrainingResult> TrainAsync(
        int slot, TrainingAssignment assignment, bool wholeDevice, ITrainingReport report,
        CancellationToken cancellation)
    {
        var child = await RentAsync(slot, cancellation);
        var healthy = false;
        try
        {
            var result = await child.TrainAsync(assignment, report, cancellation);
            healthy = Stays(child.RunsDone, wholeDevice);
            return result;
        }
        finally
        {
            Return(child, healthy);
        }
    }

    /// <summary>
    /// Whether a process stays after a run. One that had a GPU for itself would keep the memory that CUDA has cached
    /// for it, which the runs of the other slots then lack.
    /// </summary>
    internal static bool Stays(int runsDone, bool wholeDevice) => !wholeDevice && runsDone < RunsPerProcess;

    public void Dispose() => EndIdle();

    /// <summary>Ends the idle processes, to free the memory that they hold.</summary>
    public void EndIdle() => EndIdle(Enumerable.Range(0, settings.Slots));

    /// <summary>Ends the idle processes of some slots: GPU memory is free only when its process has ended.</summary>
    public void EndIdle(IEnumerable<int> slots)
    {
        lock (idle)
        {
            foreach (var slot in slots)
                if (idle.Remove(slot, out var child)) child.Dispose();
        }
    }

    private async Task<TrainerChild> RentAsync(int slot, CancellationToken cancellation)
    {
        lock (idle)
        {
            // An idle trainer that died must not count as a failed attempt.
            if (idle.Remove(slot, out var waiting) && waiting.IsAlive) return waiting;
        }
        TrainerChild? child = null;
        try
        {
            child = new TrainerChild(settings, slot);
            await child.UntilReadyAsync(cancellation);
            return child;
        }
        catch (Exception failure)
        {
            child?.Dispose();
            if (failure is TrainerFailedException) throw new WorkerFailedException(failure.Message, failure);
            throw;
        }
    }

    private void Return(TrainerChild child, bool healthy)
    {
        if (!healthy)
        {
            child.Dispose();
            return;
        }
        lock (idle) idle[child.Slot] = child;
    }
}
