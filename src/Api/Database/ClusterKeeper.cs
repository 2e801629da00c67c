using PieService.Hosting;

namespace PieService.Api.Database;

/// <summary>Brings the development cluster back when its server dies; workers find it on the same port.</summary>
public sealed class ClusterKeeper(DevelopmentCluster cluster, TimeProvider time, ILogger<ClusterKeeper> logger)
    : RepeatingService(TimeSpan.FromMilliseconds(500), time)
{
    public override Task LookAsync(CancellationToken cancellation) => cluster.RestartIfDeadAsync(cancellation);

    // A full disk may be cleared; giving up would stop the whole service.
    protected override void Log(Exception failure) => logger.ClusterRestartFailed(failure);
}
