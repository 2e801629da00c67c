using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Resources;

namespace PieService.Worker.Supervision;

/// <summary>
/// Ends this worker when it had no work for some time, so that a job of a batch system frees its machine.
/// </summary>
/// <param name="idle">This time.</param>
public sealed class IdleWatch(
    TimeSpan idle, LeaseKeeper keeper, ModelInventory inventory, RunClaim claim, RunLeases leases,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<IdleWatch> logger)
    : RepeatingService(Interval, time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long? idleSince;

    public override async Task LookAsync(CancellationToken cancellation)
    {
        // The inventory is read at the start; before that, no run fits that needs one of its files.
        if (!inventory.HasLooked || keeper.HeldRuns > 0
            || await leases.HasWorkAsync(claim.AsClaimant(), cancellation))
        {
            idleSince = null;
            return;
        }
        idleSince ??= Time.GetTimestamp();
        if (Time.GetElapsedTime(idleSince.Value) < idle) return;
        WorkerLog.Idle(logger, idle.TotalSeconds);
        lifetime.StopApplication();
    }

    /// <summary>In an outage of the database it is not known whether there is work, so the time goes on.</summary>
    protected override void Log(Exception failure) => WorkerLog.DatabaseAway(logger, failure.Message);
}
