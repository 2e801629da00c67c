using PieService.Worker.Machines;

namespace PieService.Worker.Supervision;

/// <summary>
/// Limits the runs that are trained at once to the slots of the worker, regardless of the number of Hangfire's threads.
/// A run is claimed only after a slot was entered, since Hangfire starts its threads again after a long loss of the
/// database, while the old threads still train. On a GPU whose memory several small models share, a BERT is trained
/// alone: from its claim on no other slot of the GPU is entered, and it begins when the others have ended.
/// </summary>
public sealed class TrainingSlots(WorkerSettings settings)
{
    private readonly Lock state = new();
    private readonly bool[] isUsed = new bool[settings.Slots];
    private readonly HashSet<TrainingDevice> reserved = new(ReferenceEqualityComparer.Instance);
    private TaskCompletionSource changed = NewSource();

    /// <summary>Waits for a free slot, and returns its number.</summary>
    public async Task<int> EnterAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task change;
            lock (state)
            {
                if (TryEnter() is { } slot) return slot;
                change = changed.Task;
            }
            await change.WaitAsync(cancellation);
        }
    }

    /// <summary>
    /// Enters a slot of the device of which the smallest share is used; returns null if no slot is free.
    /// </summary>
    public int? TryEnter()
    {
        lock (state)
        {
            var free = Enumerable.Range(0, isUsed.Length).Where(slot => !isUsed[slot])
                .Select(slot => (Slot: slot, Device: settings.DeviceOf(slot)))
                .Where(found => !reserved.Contains(found.Device))
                .OrderBy(found => (double)Others(found.Slot).Count(other => isUsed[other]) / found.Device.Places)
                .Select(found => (int?)found.Slot).FirstOrDefault();
            if (free is { } slot) isUsed[slot] = true;
            return free;
        }
    }

    /// <summary>Whether the slot may claim a run: not if another run has taken its whole device meanwhile.</summary>
    public bool MayClaim(int slot)
    {
        lock (state) return !reserved.Contains(settings.DeviceOf(slot));
    }

    /// <summary>Keeps other runs from the device of a slot, if a BERT is trained alone there.</summary>
    /// <returns>The slots of the device that must not train beside it.</returns>
    public IReadOnlyList<int> Reserve(int slot)
    {
        lock (state)
        {
            if (!settings.DeviceOf(slot).BertIsAlone) return [];
            reserved.Add(settings.DeviceOf(slot));
            return [.. Others(slot)];
        }
    }

    /// <summary>Waits until slots are free that others had entered before their device was reserved.</summary>
    public async Task UntilFreeAsync(IReadOnlyList<int> slots, CancellationToken cancellation)
    {
        while (true)
        {
            Task change;
            lock (state)
            {
                if (!slots.Any(slot => isUsed[slot])) return;
                change = changed.Task;
            }
            await change.WaitAsync(cancellation);
        }
    }

    public void Leave(int slot)
    {
        lock (state)
        {
            isUsed[slot] = false;
            // Only the run that reserved the device can be its last: no other enters it, and it waits for the others.
            var device = settings.DeviceOf(slot);
            if (reserved.Contains(device) && !Others(slot).Any(other => isUsed[other])) reserved.Remove(device);
            changed.SetResult();
            changed = NewSource();
        }
    }

    private IEnumerable<int> Others(int slot) => Enumerable.Range(0, isUsed.Length)
        .Where(other => other != slot && ReferenceEquals(settings.DeviceOf(other), settings.DeviceOf(slot)));

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
