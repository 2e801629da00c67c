using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Uploads;

/// <summary>The states of imports. Each transition is one guarded statement that uses the database's clock.</summary>
public sealed class ImportRows(IDbContextFactory<PieDbContext> contexts)
{
    private const string Interrupted =
        """{"type":"about:blank","title":"The import was interrupted.","status":503,"""
        + """ "detail":"The service was stopped during the import, and nothing of it was stored. """
        + """Send it again, with a new Idempotency-Key if it had one."}""";

    /// <summary>(new) -> queued.</summary>
    public async Task AddAsync(ImportJob job, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Imports.Add(new Import { Id = job.Id, Name = job.Name, BytesTotal = job.BytesTotal });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>queued -> running.</summary>
    /// <returns>False if the import was cancelled in the meantime.</returns>
    public async Task<bool> StartAsync(Guid id, CancellationToken cancellation) => await ChangeAsync($"""
        UPDATE imports SET state = 'running', started_at = now(), beat_at = now() WHERE id = {id} AND state = 'queued'
        """, cancellation);

    /// <summary>running -> succeeded, in the transaction that stores what was read.</summary>
    /// <exception cref="OperationCanceledException">
    /// The import was cancelled, or marked as lost, in the meantime.
    /// </exception>
    public static async Task SucceedAsync(PieDbContext db, Guid id, StoredImport stored)
    {
        var changed = await db.Database.ExecuteSqlAsync($"""
            UPDATE imports SET state = 'succeeded', finished_at = now(), dataset_id = {stored.DatasetId},
                sweep_id = {stored.SweepId}, read = {(stored.Read is null ? null : Json.Write(stored.Read))}::jsonb,
                bundle = {(stored.Bundle is null ? null : Json.Write(stored.Bundle))}::jsonb,
                bytes_read = bytes_total, examples_stored = {stored.Examples}
            WHERE id = {id} AND state = 'running' AND cancel_requested_at IS NULL
            """, CancellationToken.None);
        if (changed == 0) throw new OperationCanceledException("The import was cancelled or marked as lost.");
    }

    /// <summary>running -> failed.</summary>
    public Task FailAsync(Guid id, string problem, CancellationToken cancellation) => ChangeAsync($"""
        UPDATE imports SET state = 'failed', finished_at = now(), problem = {problem}::jsonb WHERE id = {id}
            AND state = 'running'
        """, cancellation);

    /// <summary>queued, running -> failed: this process is stopping.</summary>
    public Task InterruptAsync(Guid[] ids, CancellationToken cancellation) => ChangeAsync($"""
        UPDATE imports SET state = 'failed', finished_at = now(), problem = {Interrupted}::jsonb
            || jsonb_build_object('instance', {ImportResponse.Path} || id) WHERE id = ANY({ids})
                AND state IN ('queued', 'running')
        """, cancellation);

    /// <summary>
    /// queued -> cancelled at once. A running import is cancelled as soon as its process reads the request; an import
    /// that has ended does not change.
    /// </summary>
    public Task CancelAsync(Guid id, CancellationToken cancellation) => ChangeAsync($"""
        UPDATE imports SET cancel_requested_at = coalesce(cancel_requested_at, now()),
            state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
            finished_at = CASE state WHEN 'queued' THEN now() END
        WHERE id = {id} AND state IN ('queued', 'running')
        """, cancellation);

    /// <summary>running -> cancelled: its process has stopped the work.</summary>
    public Task EndCancelledAsync(Guid id, CancellationToken cancellation) => ChangeAsync($"""
        UPDATE imports SET state = 'cancelled', finished_at = now() WHERE id = {id} AND state = 'running'
        """, cancellation);

    /// <summary>Writes the heartbeat and the progress of these imports.</summary>
    /// <returns>The imports whose cancellation was requested, with their state.</returns>
    public async Task<IReadOnlyDictionary<Guid, ImportState>> BeatAsync(
        IReadOnlyCollection<ImportJob> jobs, CancellationToken cancellation)
    {
        var (ids, read) = (jobs.Select(job => job.Id).ToArray(), jobs.Select(job => job.BytesRead).ToArray());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE imports SET beat_at = now(), bytes_read = least(now_read, bytes_total)
            FROM unnest({ids}, {read}) AS own(job, now_read) WHERE id = job AND state IN ('queued', 'running')
            """, cancellation);
        return await db.Imports.Where(import => ids.Contains(import.Id) && import.CancelRequestedAt != null)
            .ToDictionaryAsync(import => import.Id, import => import.State, cancellation);
    }

    /// <summary>queued, running -> failed: the process that had the files has ended.</summary>
    public async Task CleanUpAsync(CancellationToken cancellation)
    {
        await ChangeAsync($"""
            UPDATE imports SET state = 'failed', finished_at = now(), problem = {Interrupted}::jsonb
                || jsonb_build_object('instance', {ImportResponse.Path} || id)
            WHERE state IN ('queued', 'running') AND beat_at < now() - interval '30 seconds'
            """, cancellation);
    }

    private async Task<bool> ChangeAsync(FormattableString statement, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Database.ExecuteSqlAsync(statement, cancellation) > 0;
    }
}
