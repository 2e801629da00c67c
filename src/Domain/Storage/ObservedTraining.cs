using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>Finds what is stored about the observed training of the dense runs of a comparison.</summary>
public static class ObservedTraining
{
    /// <summary>The map that was made with the labels of a comparison.</summary>
    /// <param name="db">Reads from one snapshot of the database.</param>
    /// <param name="comparison">A labelled comparison on the training split.</param>
    /// <returns>Null without a map, and if a run of the map is not among the dense runs any more or lacks one of the
    /// epochs.</returns>
    public static async Task<TrainingMap?> MapAsync(
        PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        var map = await db.TrainingMaps.AsNoTracking()
            .SingleOrDefaultAsync(stored => stored.ComparisonId == comparison.Id, cancellation);
        if (map is null) return null;
        var cohorts = await Cohorts.OfAsync(db, comparison, cancellation);
        var runs = (await cohorts.ObserversAsync(db, comparison, cancellation)).Select(run => run.Id);
        if (map.Runs.Except(runs).Any()) return null;
        var observations = await db.RunObservations.CountAsync(
            stored => map.Runs.Contains(stored.RunId) && map.Epochs.Contains(stored.Epoch), cancellation);
        return observations < map.Runs.Length * map.Epochs.Length ? null : map;
    }
}
