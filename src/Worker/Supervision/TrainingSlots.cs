using PieService.Worker.Machines;

namespace PieService.Worker.Supervision;

/// <summary>
/// Limits the runs that are trained at once to the slots of the worker, regardless of the number of Hangfire's threads.
/// A run is claimed only after a slot was entered, since Hangfire starts its threads again after a long loss of the
/// database, while the old threads still train. On a GPU whose memory several small models share, a BERT is trained
/// alone: a slot reserves the GPU, no other slot of it is entered from then on, and the BERT is claimed when the others
/// have ended. The reservation ends when its slot is left.
/// </summary>
public sealed class TrainingSlots(WorkerSettings settings)
{
    private readonly Lock state = new();
    private readonly bool[] isUsed = new bool[settings.Slots];
    private readonly Dictionary<TrainingDevice, int> reserved = new(ReferenceEqualityComparer.Instance);
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
                .Where(found => !reserved.ContainsKey(found.Device))
                .OrderBy(found => (double)Others(found.Slot).Count(other => isUsed[other]) / found.Device.Places)
                .Select(found => (int?)found.Slot).FirstOrDefault();
            if (free is { } slot) isUsed[slot] = true;
            return free;
        }
    }

    /// <summary>Whether the slot may claim a run: not if another slot has reserved its device meanwhile.</summary>
    public bool MayClaim(int slot)
    {
        lock (state) return !reserved.TryGetValue(settings.DeviceOf(slot), out var by) || by == slot;
    }

    /// <summary>Whether the slot may claim a BERT: not if the BERT would have to wait for other runs.</summary>
    public bool MayClaimBert(int slot)
    {
        lock (state) return !settings.DeviceOf(slot).BertIsAlone || !Others(slot).Any(other => isUsed[other]);
    }

    /// <summary>Keeps other runs from the device of a slot, if a BERT is trained alone there.</summary>
    /// <returns>The slots of the device that must not train beside it.</returns>
    public IReadOnlyList<int> Reserve(int slot)
    {
        lock (state)
        {
            if (!settings.DeviceOf(slot).BertIsAlone) return [];
            reserved[settings.DeviceOf(slot)] = slot;
            return [.. Others(slot)];
        }
    }

    /// <summary>
    /// Reserves the device of a slot on which other runs are still trained, unless another device of the worker waits
    /// in this way: one BERT in the queue must not keep several devices empty.
    /// </summary>
    public bool TryReserveShared(int slot)
    {
        lock (state)
        {
            if (reserved.Values.Any(by => Others(by).Any(other => isUsed[other]))) return false;
            reserved[settings.DeviceOf(slot)] = slot;
            return true;
        }
    }

    /// <summary>Ends the reservation of a slot that did not claim a BERT; it still trains.</summary>
    public void Share(int slot)
    {
        lock (state)
        {
            Release(slot);
            Announce();
        }
    }

    /// <summary>The slots of the same device.</summary>
    public IReadOnlyList<int> Beside(int slot) => [.. Others(slot)];

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
            Release(slot);
            Announce();
        }
    }

    private void Release(int slot)
    {
        var device = settings.DeviceOf(slot);
        if (reserved.TryGetValue(device, out var by) && by == slot) reserved.Remove(device);
    }

    private void Announce()
    {
        changed.SetResult();
        changed = NewSource();
    }

    private IEnumerable<int> Others(int slot) => Enumerable.Range(0, isUsed.Length)
        .Where(other => other != slot && ReferenceEquals(settings.DeviceOf(other), settings.DeviceOf(slot)));

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
