using Microsoft.EntityFrameworkCore;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>What all sweeps that were not cancelled want of a run.</summary>
public static class LiveWishes
{
    /// <summary>The epochs that at least one of them wants observed, ascending.</summary>
    public static async Task<IReadOnlyList<int>> EpochsAsync(
        PieDbContext db, Guid runId, CancellationToken cancellation)
    {
        var wanted = await Of(db, runId).Select(wish => wish.WantedEpochs).ToListAsync(cancellation);
        return [.. wanted.SelectMany(epochs => epochs).Distinct().Order()];
    }

    /// <summary>Whether at least one of them wants the model kept.</summary>
    public static Task<bool> KeepModelAsync(PieDbContext db, Guid runId, CancellationToken cancellation) =>
        Of(db, runId).AnyAsync(wish => wish.WantsModel, cancellation);

    private static IQueryable<SweepRun> Of(PieDbContext db, Guid runId) =>
        db.SweepRuns.FromSql($"SELECT * FROM run_wishes WHERE run_id = {runId} AND is_live").AsNoTracking();
}
