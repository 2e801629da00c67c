using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads the scores of the cohorts from the summaries of their comparisons.</summary>
public sealed class EffectivenessSource()
    : SweepFigure("effectiveness", "Score over sparsity", "model", "methods", "baseline", "split", "x")
{
    public override string? WhyNot(FigureScope scope) => NotOverSparsity(scope);

    protected override Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query, Split.Test);
        return Task.FromResult<Figure>(new EffectivenessFigure(
            selected.Source, selected.Labelled.FirstOrDefault()?.Summary?.Metric ?? ScoreMetric.Accuracy, query.X,
            [.. Dense(scope, selected), .. selected.Labelled.Select(Pruned)]));
    }

    /// <summary>
    /// Each dense cohort of the model once, the selected one first. Comparisons that are not complete may have fewer of
    /// its runs, so the one with most of them counts.
    /// </summary>
    private static IEnumerable<CohortScore> Dense(FigureScope scope, SelectedCohorts selected) =>
        from comparison in scope.Comparisons
        where comparison.Summary is not null && comparison.Model == selected.Model
            && comparison.Split == selected.Split
        group comparison by comparison.Baseline into cohort
        orderby cohort.Key != selected.Baseline, cohort.Key
        let summary = cohort.MaxBy(comparison => comparison.Summary!.DenseSeeds)!.Summary!
        select Of(
            cohort.Key, null, null, summary.DenseSeeds, summary.DenseScore, summary.HasCollapsedDense,
            summary.Complete);

    private static CohortScore Pruned(Comparison comparison) => Of(
        comparison.Method, comparison.Sparsity, comparison.Summary!.AchievedSparsity, comparison.Summary.PrunedSeeds,
        comparison.Summary.PrunedScore, comparison.Summary.HasCollapsedPruned, comparison.Summary.Complete);

    private static CohortScore Of(
        Method method, decimal? target, Spread? achieved, int runs, Spread score, bool hasCollapsed, bool isComplete)
    {
        // Two values follow from their mean and their deviation; they are shown instead of an interval.
        var half = score is { Sd: { } sd } && runs >= EffectivenessFigure.FewestRuns
            ? StudentT.Quantile975(runs - 1) * sd / Math.Sqrt(runs) : (double?)null;
        return new(
            method, target, achieved?.Mean, achieved?.Sd, runs, score.Mean, score.Sd, score.Mean - half,
            score.Mean + half, hasCollapsed, isComplete);
    }
}
