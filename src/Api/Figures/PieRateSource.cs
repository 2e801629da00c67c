using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads the PIE rates and the noise floor from the summaries of the comparisons.</summary>
public sealed class PieRateSource()
    : SweepFigure("pie-rate", "PIE rate over sparsity", "model", "methods", "baseline", "split", "x")
{
    public override string? WhyNot(FigureScope scope) => NotOverSparsity(scope);

    protected override Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query, Split.Test);
        // The noise floor is one of the dense cohort. A comparison with all its runs knows it best.
        var floor = selected.Labelled.MaxBy(comparison => comparison.Summary!.DenseSeeds)?.Summary!.NoiseFloor;
        return Task.FromResult<Figure>(
            new PieRateFigure(selected.Source, query.X, floor, [.. selected.Labelled.Select(Of)]));
    }

    private static CohortRate Of(Comparison comparison)
    {
        var summary = comparison.Summary!;
        var interval = summary.Examples > 0 ? WilsonInterval.Of(summary.Pies, summary.Examples) : default;
        return new(
            comparison.Method, comparison.Sparsity, summary.AchievedSparsity?.Mean, summary.DenseSeeds,
            summary.PrunedSeeds, summary.Examples, summary.Pies,
            summary.Examples > 0 ? (double)summary.Pies / summary.Examples : 0, interval.Low, interval.High,
            summary.TiedPies, summary.HasCollapsedCohort, summary.Complete);
    }
}
