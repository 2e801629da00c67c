using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class InfluenceEndpoints
{
    public static void MapInfluence(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/comparisons/{id:guid}/influence", List).WithName("listInfluence").WithTags("Comparisons").ProducesProblem(400).ProducesProblem(404);

    /// <summary>The training examples in up to 20 bins of equal influence, and what pruning does to each bin.</summary>
    /// <remarks>
    /// Bin 1 has the least influential examples, by their EL2N after an observed epoch of the dense runs, averaged over seeds: one
    /// list of bins for each epoch. Of comparisons on the training split; the comparison's influence says why there are none.
    /// </remarks>
    private static async Task<Results<Ok<Page<InfluenceBinResponse>>, TableFile<InfluenceBinResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<InfluenceFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var about = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           where comparison.Id == id
                           select new { comparison.SweepId, sweep.DatasetId, comparison.DenseFingerprint, comparison.PrunedFingerprint }).SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("comparison", id);

        var filter = request.Filter;
        var influences = await db.Influences.AsNoTracking()
            .Where(influence => influence.ComparisonId == id && (filter.Epoch == null || influence.Epoch == filter.Epoch))
            .OrderBy(influence => influence.Epoch).ToListAsync(cancellation);
        var bins = influences.SelectMany(influence => influence.Bins, (influence, bin) => InfluenceBinResponse.Of(influence.Epoch, bin)).ToList();
        var origin = new Origin(("comparison", id), ("sweep", about.SweepId), ("dataset", about.DatasetId))
        {
            Recipe = $"dense {about.DenseFingerprint}, pruned {about.PrunedFingerprint}",
        };
        if (request.IsForFile) return request.File($"influence-{id}", ComparisonTables.Influence, bins.ToAsyncEnumerable(), origin);

        var rest = filter.After<BinKey>() is { } after ? bins.FindAll(bin => (bin.Epoch, bin.Bin).CompareTo((after.Epoch, after.Bin)) > 0) : bins;
        return request.Page(filter.Cut([.. rest.Take(filter.PageSize + 1)], bins.Count, bin => bin, bin => new BinKey(bin.Epoch, bin.Bin)), origin);
    }

    private sealed record BinKey(int Epoch, int Bin);
}

public sealed record InfluenceFilter : TableQuery
{
    /// <summary>By EL2N after this epoch (from 0); left out: after each that was observed.</summary>
    public int? Epoch { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Epoch < 0) yield return new("epoch", "must be >= 0");
    }
}

/// <param name="Epoch">The observed epoch, from 0.</param>
/// <param name="Bin">1 = least influential. Bins that many equal scores leave empty are not listed.</param>
/// <param name="PieShare">PIEs / examples of the bin, in [0, 1].</param>
/// <param name="LossDifference">Of the pruned to the dense loss of one seed, in nats.</param>
/// <param name="LossRatio">Of the pruned to the dense loss of one seed.</param>
public sealed record InfluenceBinResponse(
    int Epoch, int Bin, int Examples, BinScores El2n, int Pies, double PieShare, BinDifference LossDifference, BinRatio LossRatio)
{
    public static InfluenceBinResponse Of(int epoch, InfluenceBin bin) => new(
        epoch, bin.Bin, bin.Examples, new BinScores(bin.El2n, bin.El2nMin, bin.El2nMax), bin.Pies, bin.PieShare,
        new BinDifference(bin.LossDifference, bin.LossDifferenceError),
        new BinRatio(bin.LossRatio, bin.LossRatioError, bin.LossRatioOfMeans, bin.LossRatioMedian));
}

public sealed record BinScores(double Mean, double Min, double Max);

/// <param name="Error">Standard error of the mean over the bin's examples; null for a single one.</param>
public sealed record BinDifference(double Mean, double? Error);

/// <param name="Mean">Mean of ratios, as published; null where a dense loss of 0 leaves no number.</param>
/// <param name="Error">The published error bar: mean deviation over seeds / sqrt(examples).</param>
/// <param name="OfMeans">Mean pruned loss / mean dense loss of the bin.</param>
/// <param name="Median">Of the examples' mean ratios.</param>
public sealed record BinRatio(double? Mean, double? Error, double? OfMeans, double? Median);
