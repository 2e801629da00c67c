using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>Remembers how many examples a kind of device can compute at once for a recipe.</summary>
public static class FittingBatches
{
    /// <returns>The number of examples; null if whole batches are not known to be too large.</returns>
    public static Task<int?> FindAsync(
        PieDbContext db, string fingerprint, string device, CancellationToken cancellation) =>
        db.FittingBatches.Where(batch => batch.Fingerprint == fingerprint && batch.Device == device)
            .Select(batch => (int?)batch.MicroBatch).SingleOrDefaultAsync(cancellation);

    /// <summary>
    /// Remembers a number. A smaller one that was found meanwhile stays.
    /// </summary>
    /// <param name="fingerprint">That of the dense recipe.</param>
    /// <param name="device">The kind of device.</param>
    /// <param name="reason">Why a larger number did not fit.</param>
    public static Task RememberAsync(
        PieDbContext db, string fingerprint, string device, int microBatch, string reason,
        CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO fitting_batches (fingerprint, device, micro_batch, reason)
            VALUES ({fingerprint}, {device}, {microBatch}, {reason})
            ON CONFLICT (fingerprint, device) DO UPDATE SET micro_batch = excluded.micro_batch,
                reason = excluded.reason, learned_at = now()
            WHERE fitting_batches.micro_batch > excluded.micro_batch
            """, cancellation);
}
