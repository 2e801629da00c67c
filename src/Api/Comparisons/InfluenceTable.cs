using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>The training examples in up to 20 bins of equal influence, and what pruning does to each bin.</summary>
/// <remarks>
/// Bin 1 has the least influential examples, by their EL2N after an observed epoch of the dense runs, averaged over seeds: one
/// list of bins for each epoch. Of comparisons on the training split; the comparison's influence says why there are none.
/// </remarks>
public sealed class InfluenceTable() : Table<InfluenceFilter, InfluenceTable.Scope, InfluenceBinResponse>("comparison", "influence")
{
    private static readonly Columns<InfluenceBinResponse> Flat = new Columns<InfluenceBinResponse>()
        .Whole("epoch", row => row.Epoch)
        .Whole("bin", row => row.Bin)
        .Whole("examples", row => row.Examples)
        .Real("el2n_mean", row => row.El2n.Mean)
        .Real("el2n_min", row => row.El2n.Min)
        .Real("el2n_max", row => row.El2n.Max)
        .Whole("pies", row => row.Pies)
        .Real("pieShare", row => row.PieShare)
        .Real("lossDifference_mean", row => row.LossDifference.Mean)
        .Real("lossDifference_error", row => row.LossDifference.Error)
        .Real("lossRatio_mean", row => row.LossRatio.Mean)
        .Real("lossRatio_error", row => row.LossRatio.Error)
        .Real("lossRatio_ofMeans", row => row.LossRatio.OfMeans)
        .Real("lossRatio_median", row => row.LossRatio.Median);

    public override async Task<Scope?> FindAsync(PieDbContext db, Guid id, InfluenceFilter filter, CancellationToken cancellation)
    {
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } of) return null;
        var influences = await db.Influences.AsNoTracking()
            .Where(influence => influence.ComparisonId == id && (filter.Epoch == null || influence.Epoch == filter.Epoch))
            .OrderBy(influence => influence.Epoch).ToListAsync(cancellation);
        return new Scope(of, influences);
    }

    public override Rows<InfluenceBinResponse> Rows(PieDbContext db, Scope scope, InfluenceFilter filter) => new ListRows<InfluenceBinResponse>(
        [.. scope.Influences.SelectMany(influence => influence.Bins, (influence, bin) => InfluenceBinResponse.Of(influence.Epoch, bin))]);

    public override Columns<InfluenceBinResponse> Columns(Scope scope) => Flat;

    public override Origin Origin(Scope scope) => scope.Of.Origin;

    /// <param name="Influences">By epoch.</param>
    public sealed record Scope(ComparisonScope Of, IReadOnlyList<Influence> Influences);
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
