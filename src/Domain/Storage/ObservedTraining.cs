using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>Reads what the dense runs of a comparison predicted for the training examples after early epochs.</summary>
public static class ObservedTraining
{
    /// <summary>
    /// The confidence of the dense runs on each example over the observed epochs. A block of the scores of all runs is
    /// in memory at a time.
    /// </summary>
    /// <param name="db">Reads from one snapshot of the database.</param>
    /// <param name="comparison">A labelled comparison on the training split.</param>
    /// <param name="epochs">Epochs that all dense runs had observed when the comparison was labelled.</param>
    /// <returns>Null if a dense run lacks one of the epochs, or if there is no dense run any more.</returns>
    public static async Task<Cartography?> MapAsync(
        PieDbContext db, Comparison comparison, IReadOnlyList<int> epochs, CancellationToken cancellation)
    {
        var cohorts = await Cohorts.OfAsync(db, comparison, cancellation);
        var gold = await GoldLabels.ReadAsync(db, comparison.Split, cohorts.Dataset, cancellation);
        var runs = (await cohorts.ObserversAsync(db, comparison, cancellation)).Select(run => run.Id).ToArray();
        var observations = await db.RunObservations.CountAsync(
            stored => runs.Contains(stored.RunId) && epochs.Contains(stored.Epoch), cancellation);
        if (runs.Length == 0 || observations < runs.Length * epochs.Count) return null;
        var (map, scores) = (new Cartography(gold), new ScoreBuffer());
        foreach (var epoch in epochs)
        {
            await foreach (var (block, packed) in PackedColumn.ObservedScores(epoch).ReadAsync(
                db, runs, gold.Count, 2 * cohorts.Dataset.ClassCount, ComparisonLabels.BlockBytes, cancellation))
                map.Add(block.Start, packed.Select(scores.Unpack));
            map.Count(runs.Length);
        }
        return map;
    }

    /// <summary>The positions of the PIEs of a comparison.</summary>
    public static async Task<HashSet<int>> PiesAsync(
        PieDbContext db, Comparison comparison, CancellationToken cancellation) =>
        [.. await db.PieLabels.Where(label => label.ComparisonNumber == comparison.Number && label.IsPie)
            .Select(label => label.Position).ToListAsync(cancellation)];
}
