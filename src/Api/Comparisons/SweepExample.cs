using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>An example of a sweep's dataset, with the votes on it.</summary>
/// <param name="Labels">The names of the dataset's labels.</param>
/// <param name="Votes">The example's label in each labelled comparison on its split, in the order of the
/// comparisons.</param>
public sealed record SweepExample(
    Guid SweepId, LearningTask Task, string[] Labels, Example Example,
    IReadOnlyList<(Comparison Comparison, PieLabel Label)> Votes)
{
    /// <summary>
    /// Reads by several queries: the caller begins a transaction with a snapshot, so that all of them are of one
    /// labelling.
    /// </summary>
    public static async Task<(SweepExample? Found, ProblemHttpResult? Problem)> FindAsync(
        PieDbContext db, Guid sweepId, Guid exampleId, CancellationToken cancellation)
    {
        var about = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == sweepId
                           select new
                           {
                               sweep.DatasetId,
                               dataset.Task,
                               dataset.Labels,
                           }).SingleOrDefaultAsync(cancellation);
        if (about is null) return (null, Problems.NotFound("sweep", sweepId));
        var comparisons = await db.Comparisons.Where(comparison => comparison.SweepId == sweepId)
            .OrderBy(comparison => comparison.Ordinal).AsNoTracking().ToListAsync(cancellation);
        return await FindAsync(
            db, sweepId, about.DatasetId, about.Task, about.Labels, comparisons, exampleId, cancellation);
    }

    /// <param name="comparisons">Those of the sweep, in their order.</param>
    public static async Task<(SweepExample? Found, ProblemHttpResult? Problem)> FindAsync(
        PieDbContext db, Guid sweepId, Guid datasetId, LearningTask task, string[] labels,
        IReadOnlyList<Comparison> comparisons, Guid exampleId, CancellationToken cancellation)
    {
        var example = await db.Examples.AsNoTracking()
            .SingleOrDefaultAsync(found => found.Id == exampleId && found.DatasetId == datasetId, cancellation);
        if (example is null) return (null, Problems.NotFound("example of this sweep's dataset", exampleId));
        var ofSplit = comparisons.Where(comparison => comparison.Split == example.Split).ToList();
        var found = await ComparedLabels.Of(db, ofSplit.Select(comparison => comparison.Number), example.Position)
            .ToListAsync(cancellation);
        return (
            new(sweepId, task, labels, example,
            [
                .. from comparison in ofSplit
                   join label in found on comparison.Number equals label.ComparisonNumber
                   select (comparison, label),
            ]),
            null);
    }
}
