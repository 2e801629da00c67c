using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Sweeps;

/// <summary>The live workers, and what workers have found about datasets and word vectors.</summary>
public sealed record LiveResources(IReadOnlyList<WorkerBeat> Workers, IReadOnlyList<KnownCoverage> Coverages)
{
    /// <summary>The word vectors and checkpoints of all workers.</summary>
    public IEnumerable<ModelFile> Files => Workers.SelectMany(worker => worker.Models);

    /// <param name="datasets">The datasets whose coverages are read.</param>
    public static async Task<LiveResources> LookAsync(
        PieDbContext db, IQueryable<Dataset> datasets, CancellationToken cancellation) => new(
            await db.LiveWorkers.ToListAsync(cancellation),
            await db.VectorCoverages.Where(known => datasets.Any(dataset => dataset.ContentHash == known.DatasetHash))
                .AsNoTracking().ToListAsync(cancellation));

    public IEnumerable<KnownCoverage> CoveragesOf(Dataset dataset) =>
        Coverages.Where(known => known.DatasetHash == dataset.ContentHash);
}
