using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>Forgets what is older than PIE_AUDIT_DAYS, once an hour; several instances do no harm to each other.</summary>
public sealed class AuditRetention(
    IDbContextFactory<PieDbContext> contexts, AccessSettings settings, TimeProvider time, ILogger<AuditRetention> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                AccessLog.AuditNotTrimmed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public async Task ForgetAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // By the database's clock, which wrote the entries.
        await db.Database.ExecuteSqlAsync($"DELETE FROM audit WHERE at < now() - make_interval(days => {settings.AuditDays})", cancellation);
    }
}
