using Microsoft.EntityFrameworkCore;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// The coverages that workers have found, so that the plan of a later sweep of the same dataset and vectors has them:
/// the API itself has no vectors.
/// </summary>
public static class VectorCoverages
{
    /// <summary>Stores a coverage, unless it is known.</summary>
    /// <param name="datasetHash">The content hash of the dataset.</param>
    public static Task AddAsync(
        PieDbContext db, string datasetHash, string vectorsSha256, VectorCoverage coverage,
        CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO vector_coverages (dataset_hash, vectors_sha256, types, tokens)
                VALUES ({datasetHash}, {vectorsSha256}, {coverage.Types}, {coverage.Tokens}) ON CONFLICT DO NOTHING
            """, cancellation);

    /// <summary>
    /// Stores the coverage of a run and of its dataset; does nothing to the run if its lease is lost.
    /// </summary>
    /// <param name="datasetHash">The content hash of the dataset.</param>
    public static async Task RecordAsync(
        PieDbContext db, RunLease lease, string datasetHash, string vectorsSha256, VectorCoverage coverage,
        CancellationToken cancellation)
    {
        await AddAsync(db, datasetHash, vectorsSha256, coverage, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET vector_type_coverage = {coverage.Types}, vector_token_coverage = {coverage.Tokens}
            WHERE id = {lease.RunId} AND lease_epoch = {lease.Epoch} AND state = 'running'
            """, cancellation);
    }

    /// <summary>The datasets whose coverage by these vectors is not known, the newest first.</summary>
    public static Task<List<UncoveredDataset>> MissingAsync(
        PieDbContext db, string vectorsSha256, CancellationToken cancellation) =>
        db.Datasets
            .Where(dataset => !db.VectorCoverages.Any(
                known => known.DatasetHash == dataset.ContentHash && known.VectorsSha256 == vectorsSha256))
            .OrderByDescending(dataset => dataset.Id)
            .Select(dataset => new UncoveredDataset(dataset.Id, dataset.ContentHash)).ToListAsync(cancellation);
}

/// <summary>A dataset whose coverage by some vectors is not known.</summary>
public sealed record UncoveredDataset(Guid Id, string ContentHash);
