namespace PieService.Api.Database;

/// <summary>Brings the development cluster back when its server dies; workers find it on the same port.</summary>
public sealed class ClusterKeeper(DevelopmentCluster cluster, ILogger<ClusterKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await cluster.RestartIfDeadAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // A full disk may be cleared; giving up would stop the whole service.
                logger.ClusterRestartFailed(failure);
            }
        }
    }
}
