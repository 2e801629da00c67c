using PieService.Api.SweepAnalysis;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>
/// Reads the overlaps of the PIEs of the methods at one sparsity, or of one method at all of them; of many cohorts some
/// that are spread over their order.
/// </summary>
public sealed class OverlapSource()
    : SweepFigure("overlap", "Overlap of the PIEs", "model", "methods", "baseline", "split", "sparsity")
{
    private const int MostCohorts = 20;

    public override string? WhyNot(FigureScope scope) =>
        scope.Comparisons.Where(comparison => comparison.Summary is not null)
            .GroupBy(comparison => (comparison.Model, comparison.Baseline, comparison.Split)).Any(HasPair) ? null
            : "An overlap needs two labelled comparisons of one sparsity, or of one method.";

    private static bool HasPair(IEnumerable<Comparison> comparisons) =>
        (comparisons.DistinctBy(comparison => comparison.Method).Count() == 1 && comparisons.Count() > 1)
        || comparisons.GroupBy(comparison => comparison.Sparsity).Any(cohorts => cohorts.Count() > 1);

    protected override async Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query, Split.Test);
        if (query.Sparsity is null && selected.Labelled.Select(comparison => comparison.Method).Distinct().Count() > 1)
            selected = selected.OfSparsity(Strongest(selected.Labelled));
        var compared = Spread([.. selected.Labelled]);
        var ids = string.Join(',', compared.Select(comparison => comparison.Id));
        var sets = compared.Count == 0 ? null : await ComparedSets.FindAsync(
            db, scope.Sweep.Id, new OverlapFilter { Comparisons = ids }, MostCohorts, cancellation);
        return new OverlapFigure(
            selected.Source, [.. compared.Select(ComparedCohort.Of)],
            [
                .. from second in compared.Index()
                   from first in compared.Take(second.Index)
                   let one = sets!.Pies[first.Number]
                   let other = sets!.Pies[second.Item.Number]
                   let overlap = PieOverlap.Of(one.Count, other.Count, one.Shared(other), one.Examples)
                   select new CohortOverlap(
                       ComparedCohort.Of(first), ComparedCohort.Of(second.Item), one.Examples, one.Count, other.Count,
                       overlap.Shared, overlap.Jaccard, overlap.ExpectedJaccard, overlap.Ratio),
            ]);
    }

    /// <summary>The highest sparsity at which most of several cohorts have not collapsed, if there is one.</summary>
    private static decimal Strongest(IEnumerable<Comparison> comparisons) => comparisons
        .GroupBy(comparison => comparison.Sparsity)
        .OrderBy(cohorts => cohorts.Count() > 1)
        .ThenBy(cohorts => 2 * cohorts.Count(cohort => cohort.Summary!.HasCollapsedCohort) < cohorts.Count())
        .ThenBy(cohorts => cohorts.Key).Last().Key;

    private static IReadOnlyList<Comparison> Spread(IReadOnlyList<Comparison> all) => all.Count <= MostCohorts ? all
        : [.. Enumerable.Range(0, MostCohorts).Select(place => all[place * (all.Count - 1) / (MostCohorts - 1)])];
}
