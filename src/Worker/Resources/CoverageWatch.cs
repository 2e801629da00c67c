using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Text;

namespace PieService.Worker.Resources;

/// <summary>
/// Finds the coverage of every dataset by every file of word vectors of this worker, the newest dataset first, so that
/// a plan can warn before anything is trained. Workers with the same files may find the same coverage at the same time.
/// </summary>
public sealed class CoverageWatch(
    ModelInventory inventory, VectorFolder vectors, IDbContextFactory<PieDbContext> contexts, TimeProvider time,
    ILogger<CoverageWatch> logger) : RepeatingService(TimeSpan.FromSeconds(5), time)
{
    public override async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var file in inventory.Models.Where(file => file is { Kind: ModelKind.Vectors, Error: null }))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            while (await VectorCoverages.MissingAsync(db, file.Sha256!, cancellation) is { } dataset)
            {
                var (coverage, sha256) = await FindAsync(db, dataset, file.Name, cancellation);
                await VectorCoverages.AddAsync(db, dataset.ContentHash, sha256, coverage, cancellation);
                // The file was replaced; the inventory will have the new one.
                if (sha256 != file.Sha256) break;
            }
        }
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(CoverageWatch));

    private async Task<(VectorCoverage Coverage, string Sha256)> FindAsync(
        PieDbContext db, Dataset dataset, string name, CancellationToken cancellation)
    {
        var counts = await CountsAsync(db, dataset.Id, cancellation);
        var (coverage, sha256) = await Task.Run(
            () => WordVectors.CoverageOf(vectors.Find(name).FullName, counts, cancellation), cancellation);
        // A training split may have no words at all.
        return (coverage ?? new(0, 0), sha256);
    }

    /// <summary>The number of occurrences of each word in the training split, without the separator of pairs.</summary>
    private static async Task<Dictionary<string, int>> CountsAsync(
        PieDbContext db, Guid dataset, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = db.Examples.Where(example => example.DatasetId == dataset && example.Split == Split.Train)
            .Select(example => new { example.Text, example.SecondText }).AsAsyncEnumerable();
        await foreach (var example in texts.WithCancellation(cancellation))
            foreach (var word in BasicEnglish.Tokenise(example.Text, example.SecondText))
                counts[word] = counts.GetValueOrDefault(word) + 1;
        counts.Remove(BasicEnglish.Separator);
        return counts;
    }
}
