using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Api.Access;

/// <summary>Deletes expired rows once an hour. Several instances may run at the same time.</summary>
public sealed class Retention(
    IDbContextFactory<PieDbContext> contexts, AccessSettings settings, TimeProvider time, ILogger<Retention> logger)
    : RepeatingService(TimeSpan.FromHours(1), time)
{
    protected override void Log(Exception failure) => AccessLog.AuditNotTrimmed(logger, failure);

    public override async Task LookAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // The comparison uses the database's clock, which set the times of the entries.
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM audit WHERE at < now() - make_interval(days => {settings.AuditDays})", cancellation);
        // A locked row belongs to a request that is in progress.
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM idempotent_requests WHERE ctid IN (
                SELECT ctid FROM idempotent_requests WHERE created_at < now() - interval '24 hours'
                    FOR UPDATE SKIP LOCKED)
            """, cancellation);
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM webhook_deliveries WHERE coalesce(delivered_at, given_up_at) < now() - interval '30 days'",
            cancellation);
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM imports WHERE finished_at < now() - interval '30 days'", cancellation);
    }
}
