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
    /// <param name="epochs">Epochs that all dense runs observed.</param>
    /// <exception cref="InvalidOperationException">A run is being trained again, and lacks an epoch.</exception>
    public static async Task<Cartography> MapAsync(
        PieDbContext db, Comparison comparison, IReadOnlyList<int> epochs, CancellationToken cancellation)
    {
        var cohorts = await Cohorts.OfAsync(db, comparison, cancellation);
        var gold = await GoldLabels.ReadAsync(db, comparison.Split, cohorts.Dataset, cancellation);
        var runs = (await cohorts.ObserversAsync(db, comparison, cancellation)).Select(run => run.Id).ToArray();
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
