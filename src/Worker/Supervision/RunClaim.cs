using Microsoft.Extensions.Logging;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Resources;

namespace PieService.Worker.Supervision;

/// <summary>Claims the first queued run that this worker has the resources to train.</summary>
public sealed class RunClaim(
    RunLeases leases, WorkerIdentity worker, ArtifactFolder artifacts, ModelInventory inventory,
    ResourceGuard guard, ILogger<RunClaim> logger)
{
    /// <summary>
    /// Waits while the worker is short of disk space or memory, or its arithmetic is wrong. Returns null if no run is
    /// ready, the worker stops, or the database is unavailable.
    /// </summary>
    public async Task<ClaimedRun?> NextAsync(CancellationToken stopping)
    {
        try
        {
            await guard.EnoughAsync(stopping);
            string[] checkpoints = [.. inventory.Checkpoints().Where(guard.MayTrain)];
            var claimant = new Claimant(worker.Id, artifacts.Store(), inventory.Vectors(), checkpoints);
            return await leases.ClaimNextAsync(claimant, stopping);
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
}
