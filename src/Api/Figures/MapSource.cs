using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>
/// Reads the map of the training dynamics of the dense runs and of the PIEs of one comparison.
/// </summary>
public sealed class MapSource()
    : SweepFigure("map", "Map of the training examples", "model", "methods", "baseline", "sparsity")
{
    public override string? WhyNot(FigureScope scope)
    {
        if (scope.Comparisons.Any(HasDynamics)) return null;
        return scope.Comparisons.Any(InfluenceSource.HasBins)
            ? "One model of one epoch does not vary. Submit a sweep with more seeds or more observationEpochs."
            : InfluenceSource.NoBins(scope);
    }

    protected override async Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        OneMethod(query, "the map shows the PIEs of one comparison");
        var selected = scope.Select(query with { Split = Split.Train }, Split.Train);
        // The strongest pruning of the first method has the most PIEs.
        var comparison = (selected with { Comparisons = [.. selected.Labelled.Where(HasDynamics)] }).Meaningful
            .GroupBy(row => row.Method).FirstOrDefault()?.MaxBy(row => row.Sparsity)
            ?? throw new InvalidRequestException([new("methods", "select no comparison with observed epochs")]);
        // It is stored with the labels, like the bins of the influence, whose epochs the summary has.
        var map = await db.TrainingMaps.AsNoTracking()
            .SingleAsync(stored => stored.ComparisonId == comparison.Id, cancellation);
        return new MapFigure(
            (selected with { Comparisons = [comparison] }).Source, ComparedCohort.Of(comparison), map.Epochs,
            map.Runs, comparison.Summary!.Examples, map.Cells);
    }

    private static bool HasDynamics(Comparison comparison) =>
        comparison.Summary is { } summary && summary.InfluenceEpochs.Count * summary.DenseSeeds > 1;
}
