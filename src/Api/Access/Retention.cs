using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Api.Access;

/// <summary>Deletes expired rows once an hour. Several instances may run at the same time.</summary>
public sealed class Retention(
    IDbContextFactory<PieDbContext> contexts, AccessSettings settings, TimeProvider time, ILogger<Retention> logger)
    : RepeatingService(TimeSpan.FromHours(1), time)
{
    /// <summary>Most of these tables have no index for the deletion, so a large one is read completely.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    protected override void Log(Exception failure) => AccessLog.NotTrimmed(logger, failure);

    public override async Task LookAsync(CancellationToken cancellation)
    {
        // A locked row belongs to a request that is in progress.
        await TrimAsync($"""
            DELETE FROM idempotent_requests WHERE ctid IN (
                SELECT ctid FROM idempotent_requests WHERE created_at < now() - interval '24 hours'
                    FOR UPDATE SKIP LOCKED)
            """, cancellation);
        await TrimAsync(
            $"DELETE FROM webhook_deliveries WHERE coalesce(delivered_at, given_up_at) < now() - interval '30 days'",
            cancellation);
        await TrimAsync($"DELETE FROM imports WHERE finished_at < now() - interval '30 days'", cancellation);
        // The comparison uses the database's clock, which set the times of the entries.
        await TrimAsync(
            $"DELETE FROM audit WHERE at < now() - make_interval(days => {settings.AuditDays})", cancellation);
    }

    /// <summary>Deletes the rows of one table; a failure is logged, and does not keep those of the others.</summary>
    private async Task TrimAsync(FormattableString delete, CancellationToken cancellation)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            db.Database.SetCommandTimeout(Timeout);
            await db.Database.ExecuteSqlAsync(delete, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log(failure);
        }
    }
}
