using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads the PIE shares of the influence bins of up to three methods at one sparsity.</summary>
public sealed class InfluenceSource()
    : SweepFigure("influence", "PIEs by influence", "model", "methods", "baseline", "sparsity", "epoch")
{
    private const int MostMethods = 3;

    public override string? WhyNot(FigureScope scope) => scope.Comparisons.Any(HasBins) ? null : NoBins(scope);

    /// <summary>Why no comparison has influence bins.</summary>
    internal static string NoBins(FigureScope scope)
    {
        if (!CohortKind.Of(scope.Sweep.Origin).HasTargets)
            return "The training of imported predictions was not observed.";
        var reason = scope.Comparisons.Where(comparison => comparison.Split == Split.Train)
            .Select(comparison => comparison.Summary?.NoInfluence).FirstOrDefault(reason => reason is not null);
        return reason ?? "Only training examples have an influence. Submit a sweep with predictSplits: "
            + "[\"test\", \"train\"] and with observationEpochs.";
    }

    protected override async Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query with { Split = Split.Train }, Split.Train);
        selected = selected with { Comparisons = [.. selected.Labelled.Where(HasBins)] };
        var sparsity = query.Sparsity
            ?? selected.Meaningful.Select(comparison => comparison.Sparsity).DefaultIfEmpty().Max();
        var withBins = Chosen(selected.OfSparsity(sparsity).Comparisons, query.ChosenMethods is not null);
        if (withBins.Count == 0)
            throw new InvalidRequestException([new("sparsity", "selects no comparison that has influence bins")]);
        var epochs = withBins[0].Summary!.InfluenceEpochs;
        var epoch = query.Epoch ?? epochs[0];
        if (!epochs.Contains(epoch))
            throw new InvalidRequestException(
                [new("epoch", $"must be an observed epoch, one of: {string.Join(", ", epochs)}")]);
        var ids = withBins.Select(comparison => comparison.Id).ToList();
        var influences = await db.Influences.AsNoTracking()
            .Where(influence => ids.Contains(influence.ComparisonId) && influence.Epoch == epoch)
            .ToDictionaryAsync(influence => influence.ComparisonId, influence => influence.Bins, cancellation);
        return new InfluenceFigure(
            (selected with { Comparisons = withBins }).Source, epoch, withBins[0].Summary!.DenseSeeds,
            [
                .. from comparison in withBins
                   from bin in influences.GetValueOrDefault(comparison.Id) ?? []
                   let interval = WilsonInterval.Of(bin.Pies, bin.Examples)
                   select new BinRate(
                       ComparedCohort.Of(comparison), bin.Bin, bin.Examples, bin.El2n, bin.Pies, bin.PieShare,
                       interval.Low, interval.High),
            ]);
    }

    internal static bool HasBins(Comparison comparison) => comparison.Summary is { InfluenceEpochs.Count: > 0 };

    /// <summary>
    /// The methods that are asked for, or the first of each pruning score that has not collapsed, if there is one.
    /// </summary>
    private static IReadOnlyList<Comparison> Chosen(IReadOnlyList<Comparison> comparisons, bool areAskedFor)
    {
        if (!areAskedFor)
            comparisons =
            [
                .. comparisons.OrderBy(row => row.Summary!.HasCollapsedCohort)
                    .DistinctBy(row => PruningRule.Of(row.Method)?.Score).OrderBy(row => row.Ordinal),
            ];
        if (comparisons.Count <= MostMethods) return comparisons;
        throw new InvalidRequestException([new("methods", $"must be at most {MostMethods} methods")]);
    }
}
