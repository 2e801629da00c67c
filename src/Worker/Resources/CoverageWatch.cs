using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Text;

namespace PieService.Worker.Resources;

/// <summary>
/// Finds the coverage of every dataset by every file of word vectors of this worker, the newest datasets first, so that
/// a plan can warn before anything is trained. A dataset with too many words, and a file that cannot be read, are
/// passed over until the worker is restarted; their runs still have a coverage.
/// </summary>
public sealed class CoverageWatch(
    ModelInventory inventory, VectorFolder vectors, IDbContextFactory<PieDbContext> contexts, TimeProvider time,
    ILogger<CoverageWatch> logger) : RepeatingService(TimeSpan.FromSeconds(5), time)
{
    /// <summary>The number of datasets that are counted for one reading of a file.</summary>
    private const int AtOnce = 20;

    /// <summary>
    /// The limit of the words that are counted for one reading, which take some 300 MB: each takes its characters, and
    /// about as much memory as 50 more.
    /// </summary>
    private const long MostCharacters = 150_000_000, Overhead = 50;

    private readonly HashSet<(string Dataset, string Vectors)> passedOver = [];

    public override async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var file in inventory.Models.Where(file => file is { Kind: ModelKind.Vectors, Error: null }))
        {
            while (await MissingAsync(file.Sha256!, cancellation) is { Count: > 0 } missing)
            {
                try
                {
                    if (!await FindAsync(file, missing, cancellation)) break;
                }
                catch (Exception failure) when (!cancellation.IsCancellationRequested
                    && !DatabaseOutage.IsCauseOf(failure))
                {
                    Log(failure);
                    missing.ForEach(dataset => passedOver.Add((dataset.ContentHash, file.Sha256!)));
                }
            }
        }
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(CoverageWatch));

    private async Task<List<UncoveredDataset>> MissingAsync(string vectorsSha256, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var missing = await VectorCoverages.MissingAsync(db, vectorsSha256, cancellation);
        return [.. missing.Where(dataset => !passedOver.Contains((dataset.ContentHash, vectorsSha256))).Take(AtOnce)];
    }

    /// <returns>False if another worker is reading the same file.</returns>
    private async Task<bool> FindAsync(ModelFile file, List<UncoveredDataset> missing, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var claim = await AdvisoryLocks.TryHoldAsync(db, file.Sha256!, cancellation);
        if (claim is null) return false;
        var (counted, left) = (new List<(UncoveredDataset Dataset, Dictionary<string, int> Counts)>(), MostCharacters);
        foreach (var dataset in missing)
        {
            var counts = await CountsAsync(db, dataset.Id, left, cancellation);
            if (counts is not null)
            {
                counted.Add((dataset, counts));
                left -= counts.Keys.Sum(word => word.Length + Overhead);
            }
            else if (counted.Count > 0) break;
            else passedOver.Add((dataset.ContentHash, file.Sha256!));
        }
        if (counted.Count == 0) return true;
        var (found, sha256) = await Task.Run(
            () => WordVectors.CoverageOf(
                vectors.Find(file.Name).FullName, [.. counted.Select(one => one.Counts)], cancellation),
            cancellation);
        foreach (var ((dataset, _), coverage) in counted.Zip(found))
        {
            // A split without a word has no coverage, and neither has a dataset that was deleted in the meantime.
            if (coverage is null || sha256 != file.Sha256) passedOver.Add((dataset.ContentHash, file.Sha256!));
            if (coverage is not null)
                await VectorCoverages.AddAsync(db, dataset.ContentHash, sha256, coverage, cancellation);
        }
        return true;
    }

    /// <summary>
    /// The number of occurrences of each word in the training split, without the separator of pairs; null if the words
    /// exceed the limit.
    /// </summary>
    private static async Task<Dictionary<string, int>?> CountsAsync(
        PieDbContext db, Guid dataset, long limit, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = db.Examples.Where(example => example.DatasetId == dataset && example.Split == Split.Train)
            .Select(example => new { example.Text, example.SecondText }).AsAsyncEnumerable();
        await foreach (var example in texts.WithCancellation(cancellation))
        {
            foreach (var word in BasicEnglish.Tokenise(example.Text, example.SecondText))
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out var isKnown);
                count++;
                if (!isKnown && (limit -= word.Length + Overhead) < 0) return null;
            }
        }
        counts.Remove(BasicEnglish.Separator);
        return counts;
    }
}
