using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>Remembers how many examples a kind of device can compute at once for a recipe.</summary>
public static class FittingBatches
{
    /// <summary>
    /// The number that a run takes: the one that it is to try, or one with which another run has succeeded.
    /// </summary>
    /// <param name="fingerprint">That of the dense recipe.</param>
    /// <param name="device">The kind of device.</param>
    /// <returns>The number of examples; null if whole batches are not known to be too large.</returns>
    public static Task<int?> FindAsync(
        PieDbContext db, Guid run, string fingerprint, string device, CancellationToken cancellation) =>
        db.BatchTrials.Where(trial => trial.RunId == run && trial.Device == device)
            .Select(trial => (int?)trial.MicroBatch)
            .Concat(db.FittingBatches.Where(batch => batch.Fingerprint == fingerprint && batch.Device == device)
                .Select(batch => (int?)batch.MicroBatch))
            .MinAsync(cancellation);

    /// <summary>
    /// Lets the next attempt of a run take a number. Other runs do not take it yet: the memory may have run out for
    /// another reason, such as another process.
    /// </summary>
    /// <param name="reason">Why a larger number did not fit.</param>
    public static Task TryAsync(
        PieDbContext db, Guid run, string device, int microBatch, string reason, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO batch_trials (run_id, device, micro_batch, reason)
            VALUES ({run}, {device}, {microBatch}, {reason})
            ON CONFLICT (run_id, device) DO UPDATE SET micro_batch = excluded.micro_batch, reason = excluded.reason
            """, cancellation);

    /// <summary>
    /// Remembers the number with which a run has succeeded, if it was tried; a smaller one that another run has found
    /// stays.
    /// </summary>
    /// <param name="fingerprint">That of the dense recipe.</param>
    public static Task ConfirmAsync(
        PieDbContext db, Guid run, string fingerprint, string device, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            WITH tried AS (
                DELETE FROM batch_trials WHERE run_id = {run} AND device = {device} RETURNING micro_batch, reason)
            INSERT INTO fitting_batches (fingerprint, device, micro_batch, reason)
            SELECT {fingerprint}, {device}, micro_batch, reason FROM tried
            ON CONFLICT (fingerprint, device) DO UPDATE SET micro_batch = excluded.micro_batch,
                reason = excluded.reason, learned_at = now()
            WHERE fitting_batches.micro_batch > excluded.micro_batch
            """, cancellation);
}
