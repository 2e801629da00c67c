using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// Lists the training examples of a comparison in up to 20 bins of equal size by influence, with the effect of pruning
/// on each bin.
/// </summary>
/// <remarks>
/// Bin 1 has the least influential examples. The influence of an example is its EL2N after an observed epoch of the
/// dense runs, averaged over seeds; there is one list of bins for each observed epoch. Only comparisons on the training
/// split have bins; if there are none, the influence property of the comparison states the reason.
/// </remarks>
public sealed class InfluenceTable()
    : Table<InfluenceFilter, InfluenceTable.Scope, InfluenceBinResponse>("comparison", "influence")
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

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, InfluenceFilter filter, CancellationToken cancellation)
    {
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } of) return null;
        var influences = await db.Influences.AsNoTracking()
            .Where(influence =>
                influence.ComparisonId == id && (filter.Epoch == null || influence.Epoch == filter.Epoch))
            .OrderBy(influence => influence.Epoch).ToListAsync(cancellation);
        return new Scope(of, influences);
    }

    public override Rows<InfluenceBinResponse> Rows(PieDbContext db, Scope scope, InfluenceFilter filter) =>
        new ListRows<InfluenceBinResponse>(
            [.. scope.Influences.SelectMany(
                influence => influence.Bins, (influence, bin) => InfluenceBinResponse.Of(influence.Epoch, bin))]);

    public override Columns<InfluenceBinResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    /// <param name="Influences">The influences in the order of their epochs.</param>
    public sealed record Scope(ComparisonScope Of, IReadOnlyList<Influence> Influences);
}

public sealed record InfluenceFilter : TableQuery
{
    /// <summary>
    /// The observed epoch (0-based) whose EL2N defines the bins. By default the bins of all observed epochs are
    /// returned.
    /// </summary>
    public int? Epoch { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Epoch < 0) yield return new("epoch", "must be >= 0");
    }
}

/// <param name="Epoch">The observed epoch, 0-based.</param>
/// <param name="Bin">
/// The number of the bin; 1 is the least influential. A bin that is empty because many scores are equal is not listed.
/// </param>
/// <param name="Examples">The number of examples of the bin.</param>
/// <param name="El2n">The EL2N of the examples of the bin.</param>
/// <param name="Pies">The number of PIEs among them.</param>
/// <param name="PieShare">The number of PIEs divided by the number of examples of the bin, in [0, 1].</param>
/// <param name="LossDifference">The difference between the pruned and the dense loss of one seed, in nats.</param>
/// <param name="LossRatio">The ratio of the pruned to the dense loss of one seed.</param>
public sealed record InfluenceBinResponse(
    int Epoch, int Bin, int Examples, BinScores El2n, int Pies, double PieShare, BinDifference LossDifference,
    BinRatio LossRatio)
{
    public static InfluenceBinResponse Of(int epoch, InfluenceBin bin) => new(
        epoch, bin.Bin, bin.Examples, new BinScores(bin.El2n, bin.El2nMin, bin.El2nMax), bin.Pies, bin.PieShare,
        new BinDifference(bin.LossDifference, bin.LossDifferenceError),
        new BinRatio(bin.LossRatio, bin.LossRatioError, bin.LossRatioOfMeans, bin.LossRatioMedian));
}

/// <param name="Mean">The mean EL2N of the examples of the bin.</param>
/// <param name="Min">The lowest EL2N in the bin.</param>
/// <param name="Max">The highest EL2N in the bin.</param>
public sealed record BinScores(double Mean, double Min, double Max);

/// <param name="Mean">The mean over the examples of the bin and the seeds.</param>
/// <param name="Error">The standard error of the mean over the examples of the bin; null for a single example.</param>
public sealed record BinDifference(double Mean, double? Error);

/// <param name="Mean">The mean of the ratios, as published; null if a dense loss of 0 makes it undefined.</param>
/// <param name="Error">The published error bar: the mean standard deviation over seeds / sqrt(examples).</param>
/// <param name="OfMeans">The mean pruned loss divided by the mean dense loss of the bin.</param>
/// <param name="Median">The median of the mean ratios of the examples.</param>
public sealed record BinRatio(double? Mean, double? Error, double? OfMeans, double? Median);
