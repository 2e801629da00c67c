using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Api.Access;

/// <summary>Forgets once an hour what is too old to be of use; several instances do no harm to each other.</summary>
public sealed class Retention(
    IDbContextFactory<PieDbContext> contexts, AccessSettings settings, TimeProvider time, ILogger<Retention> logger)
    : RepeatingService(TimeSpan.FromHours(1), time)
{
    protected override void Log(Exception failure) => AccessLog.AuditNotTrimmed(logger, failure);

    public override async Task LookAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // By the database's clock, which wrote the entries.
        await db.Database.ExecuteSqlAsync($"DELETE FROM audit WHERE at < now() - make_interval(days => {settings.AuditDays})", cancellation);
        // A row that is locked is being worked on.
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM idempotent_requests WHERE ctid IN (
                SELECT ctid FROM idempotent_requests WHERE created_at < now() - interval '24 hours' FOR UPDATE SKIP LOCKED)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM webhook_deliveries WHERE coalesce(delivered_at, given_up_at) < now() - interval '30 days'", cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM imports WHERE finished_at < now() - interval '30 days'", cancellation);
    }
}
