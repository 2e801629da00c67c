using Microsoft.EntityFrameworkCore;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>The labelled comparisons of a sweep on one split, about whose examples a table is.</summary>
/// <param name="Labels">The labels of the dataset.</param>
/// <param name="Comparisons">In the order of the sweep's request.</param>
public sealed record SelectedComparisons(
    SweepScope Of, LearningTask Task, string[] Labels, Split Split, IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>The numbers of the comparisons in the rows of labels.</summary>
    public int[] Numbers => [.. Comparisons.Select(comparison => comparison.Number)];

    /// <summary>Whether no comparison is provisional.</summary>
    public bool AreComplete => Comparisons.All(comparison => comparison.IsComplete == true);

    /// <returns>Null if there is no such sweep.</returns>
    public static async Task<SelectedComparisons?> FindAsync(
        PieDbContext db, Guid id, SelectedExamplesFilter filter, CancellationToken cancellation)
    {
        var about = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new
                           {
                               Sweep = new SweepScope(sweep.Id, sweep.DatasetId, sweep.Foreign != null),
                               dataset.Task,
                               dataset.Labels,
                           })
            .SingleOrDefaultAsync(cancellation);
        if (about is null) return null;
        var labelled = await filter.Of(db.Comparisons, id, filter.Split)
            .Where(comparison => comparison.Summary != null)
            .OrderBy(comparison => comparison.Ordinal).AsNoTracking().ToListAsync(cancellation);
        return new(
            about.Sweep, about.Task, about.Labels, filter.Split,
            filter.ExcludeCollapsed
                ? labelled.FindAll(comparison => !comparison.Summary!.HasCollapsedCohort) : labelled);
    }

    public IQueryable<Example> Examples(PieDbContext db) =>
        db.Examples.Where(example => example.DatasetId == Of.DatasetId && example.Split == Split);
}
