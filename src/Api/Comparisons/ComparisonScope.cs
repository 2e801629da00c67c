using Microsoft.EntityFrameworkCore;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Comparisons;

/// <summary>The comparison that a table belongs to, with the labels of its dataset.</summary>
/// <param name="Foreign">The cohorts of imported predictions; null if this service trained the runs.</param>
public sealed record ComparisonScope(
    Comparison Comparison, Guid DatasetId, LearningTask Task, string[] Labels, ForeignCohorts? Foreign)
{
    /// <summary>The subgroup to which a list of examples is limited; null without such a filter.</summary>
    public SubgroupMembers? Subgroup { get; init; }

    public Provenance Provenance =>
        new(("comparison", Comparison.Id), ("sweep", Comparison.SweepId), ("dataset", DatasetId))
        {
            Recipe = $"dense {Comparison.DenseFingerprint}, pruned {Comparison.PrunedFingerprint}",
        };

    /// <summary>
    /// The paired test if each model was made of the baseline's run of its seed: these runs share their noise, and the
    /// test finds more then. A training loses the seed, so otherwise the unpaired test.
    /// </summary>
    public SignificanceTest DefaultTest => Significance.DefaultTest(Comparison.Pairing);

    /// <summary>The test whose q values a list of examples means and shows.</summary>
    public SignificanceTest TestOf(VoteFilter filter) => filter.Test ?? DefaultTest;

    public static Task<ComparisonScope?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        (from comparison in db.Comparisons
         join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
         join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
         where comparison.Id == id
         select new ComparisonScope(comparison, sweep.DatasetId, dataset.Task, dataset.Labels, sweep.Foreign))
            .AsNoTracking().SingleOrDefaultAsync(cancellation);
}
