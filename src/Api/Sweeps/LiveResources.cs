using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Sweeps;

/// <summary>The live workers, and what workers have found about datasets and word vectors.</summary>
public sealed class LiveResources
{
    private readonly ILookup<string, KnownCoverage> coverages;

    private LiveResources(IReadOnlyList<WorkerBeat> workers, IEnumerable<KnownCoverage> known) =>
        (Workers, coverages) = (workers, known.ToLookup(one => one.DatasetHash));

    public IReadOnlyList<WorkerBeat> Workers { get; }

    /// <summary>The word vectors and checkpoints of all workers.</summary>
    public IEnumerable<ModelFile> Files => Workers.SelectMany(worker => worker.Models);

    /// <param name="datasets">The datasets whose coverages are read.</param>
    public static async Task<LiveResources> LookAsync(
        PieDbContext db, IQueryable<Dataset> datasets, CancellationToken cancellation)
    {
        var workers = await db.LiveWorkers.ToListAsync(cancellation);
        var files = workers.SelectMany(worker => worker.Models).Where(file => file.Kind == ModelKind.Vectors)
            .Select(file => file.Sha256).OfType<string>().Distinct().ToArray();
        return new(
            workers,
            files.Length == 0 ? [] : await db.VectorCoverages
                .Where(known => files.Contains(known.VectorsSha256)
                    && datasets.Any(dataset => dataset.ContentHash == known.DatasetHash))
                .AsNoTracking().ToListAsync(cancellation));
    }

    /// <summary>The coverages of a dataset by the files of the workers.</summary>
    public IEnumerable<KnownCoverage> CoveragesOf(Dataset dataset) => coverages[dataset.ContentHash];
}
