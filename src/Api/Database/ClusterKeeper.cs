using PieService.Hosting;

namespace PieService.Api.Database;

/// <summary>
/// Restarts the server of the private PostgreSQL if it has died, on the same port, where workers reconnect.
/// </summary>
public sealed class ClusterKeeper(PrivatePostgres cluster, TimeProvider time, ILogger<ClusterKeeper> logger)
    : RepeatingService(TimeSpan.FromMilliseconds(500), time)
{
    public override Task LookAsync(CancellationToken cancellation) => cluster.RestartIfDeadAsync(cancellation);

    // The cause may be temporary, such as a full disk; an exception here would stop the whole service.
    protected override void Log(Exception failure) => logger.ClusterRestartFailed(failure);
}
