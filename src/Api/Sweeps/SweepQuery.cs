using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>Reads sweeps with their progress.</summary>
public static class SweepQuery
{
    // Version 7 UUIDs increase with time, so their order is the order of creation.
    private static readonly Order<SweepRow> NewestFirst = Order<SweepRow>.ByDescending(row => row.Sweep.Id);

    public static async Task<Page<SweepResponse>> ListAsync(
        PieDbContext db, SweepFilter filter, CancellationToken cancellation)
    {
        var listed = db.Sweeps.Where(sweep => (filter.DatasetId == null || sweep.DatasetId == filter.DatasetId)
            && (filter.Origin == null || sweep.Foreign == null == (filter.Origin == SweepOrigin.Trained)));
        var sweeps = Rows(db, listed).Where(row => filter.State == null || row.Progress.State == filter.State);
        var live = await LiveResources.LookAsync(db, db.Datasets, cancellation);
        var needs = await RunNeed.OfQueuedAsync(db, listed, cancellation);
        var rows = new QueryRows<SweepRow, SweepResponse>(
            sweeps, NewestFirst, row => SweepResponse.Of(row, live, needs[row.Sweep.Id]))
        {
            // Every sweep has a row of progress, which is expensive to compute.
            Counted = filter.State is null ? listed : sweeps,
        };
        return await rows.PageAsync(filter, cancellation);
    }

    public static async Task<SweepResponse?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation)
    {
        var sweeps = db.Sweeps.Where(sweep => sweep.Id == id);
        var row = await Rows(db, sweeps).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (row is null) return null;
        var live = await LiveResources.LookAsync(
            db, db.Datasets.Where(dataset => dataset.Id == row.Sweep.DatasetId), cancellation);
        var needs = await RunNeed.OfQueuedAsync(db, sweeps, cancellation);
        return SweepResponse.Of(row, live, needs[id]);
    }

    private static IQueryable<SweepRow> Rows(PieDbContext db, IQueryable<Sweep> sweeps) =>
        from sweep in sweeps
        join progress in db.SweepProgress on sweep.Id equals progress.SweepId
        join dataset in db.KnownDatasets on sweep.DatasetId equals dataset.Dataset.Id
        select new SweepRow
        {
            Sweep = sweep,
            Progress = progress,
            Dataset = dataset,
            OtherThanStated = db.Comparisons.Count(
                comparison => comparison.SweepId == sweep.Id && comparison.StatedDifferences!.Length > 0),
        };
}

public sealed record SweepFilter : PageQuery
{
    /// <summary>Only sweeps in this state are returned.</summary>
    public SweepState? State { get; init; }

    /// <summary>The id of a dataset. Only its sweeps are returned.</summary>
    public Guid? DatasetId { get; init; }

    /// <summary>Whether the runs were requested, or their predictions imported.</summary>
    public SweepOrigin? Origin { get; init; }
}
