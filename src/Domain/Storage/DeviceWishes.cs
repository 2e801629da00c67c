using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>Derives the type of device that may train a run from what the sweeps ask that wait for it.</summary>
internal static class DeviceWishes
{
    /// <summary>
    /// Updates the runs of a sweep: a run is restricted to a type of device only if every sweep that was not cancelled,
    /// and that waits for the run, asks for this type. Otherwise a sweep that accepts any device could wait for ever.
    /// </summary>
    public static Task SettleAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET device_wish = wish.device
            FROM (
                SELECT run_id, CASE WHEN count(DISTINCT device_wish) = 1 THEN min(device_wish) ELSE 'any' END AS device
                FROM run_wishes
                WHERE is_live AND (predict_again OR NOT is_met) AND EXISTS (
                    SELECT 1 FROM sweep_runs AS own
                    WHERE own.run_id = run_wishes.run_id AND own.sweep_id = {sweepId})
                GROUP BY run_id) AS wish
            WHERE runs.id = wish.run_id AND runs.device_wish <> wish.device
            """, cancellation);
}
