using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>Some comparisons of a sweep, with the sets of their PIEs.</summary>
/// <param name="Comparisons">In the order of the sweep's request.</param>
/// <param name="Pies">By the numbers of the comparisons; those that are not labelled yet have none.</param>
public sealed record ComparedSets(
    SweepScope Of, LearningTask Task, IReadOnlyList<Comparison> Comparisons, IReadOnlyDictionary<int, PieSet> Pies)
{
    /// <param name="most">The largest number of comparisons.</param>
    /// <returns>Null if there is no such sweep.</returns>
    /// <exception cref="InvalidRequestException">
    /// An id is not that of a comparison that the other filters select, or there are too many comparisons
    /// (<see cref="FilterChoiceException"/>).
    /// </exception>
    public static async Task<ComparedSets?> FindAsync(
        PieDbContext db, Guid id, ComparedSetsFilter filter, int most, CancellationToken cancellation)
    {
        var about = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new
                           {
                               Sweep = new SweepScope(sweep.Id, sweep.DatasetId, sweep.Foreign != null),
                               dataset.Task,
                           }).SingleOrDefaultAsync(cancellation);
        if (about is null) return null;
        var comparisons = await filter.Of(db.Comparisons, id).OrderBy(comparison => comparison.Ordinal)
            .Take(most + 1).AsNoTracking().ToListAsync(cancellation);
        if (filter.Ids?.Except(comparisons.Select(comparison => comparison.Id)).ToList() is [var other, ..]
            && comparisons.Count <= most)
            throw Invalid($"{other} is not a comparison of this sweep, or the other filters leave it out");
        if (comparisons.Count > most)
            throw new FilterChoiceException(
                "comparisons",
                $"at most {most} comparisons are compared at once. Name fewer of them, or filter by model, method, "
                + "sparsity, baseline or split");
        return new(
            about.Sweep, about.Task, comparisons,
            await ReadAsync(db, comparisons.FindAll(comparison => comparison.Summary is not null), filter.MaxQ,
                cancellation));
    }

    public static InvalidRequestException Invalid(string message) => new([new("comparisons", message)]);

    /// <summary>
    /// Reads the positions of the PIEs of a comparison as one array, which costs less than as many rows.
    /// </summary>
    private static async Task<Dictionary<int, PieSet>> ReadAsync(
        PieDbContext db, IReadOnlyList<Comparison> comparisons, double? maxQ, CancellationToken cancellation)
    {
        var sets = comparisons.ToDictionary(
            comparison => comparison.Number, comparison => new PieSet(comparison.Summary!.Examples));
        int[] numbers = [.. sets.Keys];
        var read = db.Database.SqlQuery<PiePositions>($"""
            SELECT comparison_number, array_agg(position) AS positions
            FROM pie_labels
            WHERE comparison_number = ANY({numbers}) AND is_pie
                AND ({maxQ}::double precision IS NULL
                    OR CASE WHEN comparison_number = ANY({PairedTests.Of(comparisons)}) THEN paired_q ELSE q END
                        <= {maxQ})
            GROUP BY comparison_number
            """).AsAsyncEnumerable();
        await foreach (var (number, positions) in read.WithCancellation(cancellation))
            foreach (var position in positions) sets[number].Add(position);
        return sets;
    }

    private sealed record PiePositions(int ComparisonNumber, int[] Positions);
}
