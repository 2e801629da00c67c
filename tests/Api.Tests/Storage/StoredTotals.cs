using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// The totals of a sweep whose runs have ended, which are not stored while another transaction locks it.
/// </summary>
internal static class StoredTotals
{
    /// <summary>Stores them, however often the sweep watch of the API has the locks.</summary>
    public static async Task StoreAsync(PieDbContext db, Guid sweep)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await db.SweepTotals.AnyAsync(totals => totals.SweepId == sweep, deadline.Token))
            await SettledSweeps.StoreAsync(db, sweep, deadline.Token);
    }
}
