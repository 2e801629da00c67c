using Microsoft.Extensions.Logging;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Machines;
using PieService.Worker.Resources;

namespace PieService.Worker.Supervision;

/// <summary>Claims the first queued run that this worker has the resources to train.</summary>
public sealed class RunClaim(
    RunLeases leases, WorkerIdentity worker, WorkerSettings settings, TrainingSlots slots, ArtifactFolder artifacts,
    ModelInventory inventory, ResourceGuard guard, ILogger<RunClaim> logger) : IDisposable
{
    // A claim may reserve a whole device, which the next claim must know.
    private readonly SemaphoreSlim one = new(1);

    /// <summary>
    /// Waits while the worker is short of disk space or memory, or its arithmetic is wrong. Returns null if no run is
    /// ready, the worker stops, the device was reserved meanwhile, or the database is unavailable.
    /// </summary>
    /// <param name="slot">The slot that was entered for the run.</param>
    public async Task<SlotRun?> NextAsync(int slot, CancellationToken stopping)
    {
        try
        {
            await guard.EnoughAsync(stopping);
            string[] checkpoints = [.. inventory.Checkpoints().Where(guard.MayTrain)];
            var claimant = new Claimant(
                worker.Id, artifacts.Store(), inventory.Vectors(), checkpoints, settings.DeviceType);
            await one.WaitAsync(stopping);
            try
            {
                if (!slots.MayClaim(slot) || await leases.ClaimNextAsync(claimant, stopping) is not { } claimed)
                    return null;
                return new(claimed, slot, claimed.Run.Checkpoint is null ? [] : slots.Reserve(slot));
            }
            finally
            {
                one.Release();
            }
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

    public void Dispose() => one.Dispose();
}

/// <summary>A claimed run and the place where it is trained.</summary>
/// <param name="NotBeside">The slots that must be free before it starts, because it needs the whole device.</param>
public sealed record SlotRun(ClaimedRun Claimed, int Slot, IReadOnlyList<int> NotBeside);
