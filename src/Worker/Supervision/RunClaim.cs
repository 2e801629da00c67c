using Microsoft.Extensions.Logging;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Machines;
using PieService.Worker.Resources;

namespace PieService.Worker.Supervision;

/// <summary>Claims the first queued run that this worker has the resources to train.</summary>
public sealed class RunClaim(
    RunLeases leases, WorkerIdentity worker, WorkerSettings settings, TrainingSlots slots, ArtifactFolder artifacts,
    ModelInventory inventory, ResourceGuard guard, SlotRecovery recovery, TimeProvider time,
    ILogger<RunClaim> logger) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    // A claim may reserve a whole device, which the next claim must know.
    private readonly SemaphoreSlim one = new(1);

    /// <summary>
    /// Waits while the worker is short of disk space or memory, its arithmetic is wrong, or the slot failed. Returns
    /// null if no run is ready, the worker stops, the device was reserved meanwhile, or the database is unavailable.
    /// </summary>
    /// <param name="slot">The slot that was entered for the run.</param>
    public async Task<SlotRun?> NextAsync(int slot, CancellationToken stopping)
    {
        try
        {
            await recovery.UntilSoundAsync(slot, stopping);
            if (!await ReservesAsync(slot, stopping)) return await ClaimAsync(slot, stopping);
            await UntilFreeAsync(slot, stopping);
            var claimed = await ClaimAsync(slot, stopping);
            // Another worker may have taken the BERT meanwhile.
            if (claimed?.Claimed.Run.Checkpoint is null) slots.Share(slot);
            return claimed;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
        {
            WorkerLog.DatabaseAway(logger, away.Message);
            return null;
        }
    }

    /// <summary>What this worker can train, for the query of the queue.</summary>
    public Claimant AsClaimant() => new(
        worker.Id, artifacts.Store(), inventory.Vectors(), [.. inventory.Checkpoints().Where(guard.MayTrain)],
        settings.DeviceType);

    public void Dispose() => one.Dispose();

    /// <summary>
    /// Reserves the device if the next run is a BERT that must be trained alone, and other runs are trained there: they
    /// would take its turn for ever. It is not claimed before they have ended, since another worker may be free.
    /// </summary>
    private async Task<bool> ReservesAsync(int slot, CancellationToken stopping)
    {
        if (slots.MayClaimBert(slot)) return false;
        var claimant = await ClaimantAsync(stopping);
        await one.WaitAsync(stopping);
        try
        {
            return slots.MayClaim(slot) && !slots.MayClaimBert(slot)
                && await leases.IsBertNextAsync(claimant, stopping) && slots.TryReserveShared(slot);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Waits until the other slots of the device are free, or a BERT is no longer next in line.</summary>
    private async Task UntilFreeAsync(int slot, CancellationToken stopping)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var free = slots.UntilFreeAsync(slots.Beside(slot), waiting.Token);
        while (await Task.WhenAny(free, Task.Delay(LookAgain, time, waiting.Token)) != free)
        {
            if (await leases.IsBertNextAsync(await ClaimantAsync(stopping), stopping)) continue;
            await waiting.CancelAsync();
            return;
        }
        await free;
    }

    private async Task<Claimant> ClaimantAsync(CancellationToken stopping)
    {
        await guard.EnoughAsync(stopping);
        return AsClaimant();
    }

    private async Task<SlotRun?> ClaimAsync(int slot, CancellationToken stopping)
    {
        var claimant = await ClaimantAsync(stopping);
        await one.WaitAsync(stopping);
        try
        {
            if (!slots.MayClaim(slot)) return null;
            if (!slots.MayClaimBert(slot)) claimant = claimant with { Checkpoints = [] };
            if (await leases.ClaimNextAsync(claimant, stopping) is not { } claimed) return null;
            return new(claimed, slot, claimed.Run.Checkpoint is null ? [] : slots.Reserve(slot));
        }
        finally
        {
            one.Release();
        }
    }
}

/// <summary>A claimed run and the place where it is trained.</summary>
/// <param name="NotBeside">The other slots of the device, which are free, if the run has it for itself; else
/// none.</param>
public sealed record SlotRun(ClaimedRun Claimed, int Slot, IReadOnlyList<int> NotBeside);
