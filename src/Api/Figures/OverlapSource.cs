using PieService.Api.Http;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads the overlaps of the PIEs of the methods at one sparsity, or of one method at all of them.</summary>
public sealed class OverlapSource()
    : SweepFigure("overlap", "Overlap of the PIEs", "model", "methods", "baseline", "split", "sparsity")
{
    private const int MostCohorts = 20;

    public override string? WhyNot(FigureScope scope) =>
        scope.Comparisons.Count(comparison => comparison.Summary is not null) < 2
            ? "An overlap needs two labelled comparisons." : null;

    public override async Task<Figure> ReadAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query, Split.Test);
        if (query.Sparsity is null && selected.Labelled.Select(comparison => comparison.Method).Distinct().Count() > 1)
            selected = selected.OfSparsity(selected.Labelled.Max(comparison => comparison.Sparsity));
        var compared = selected.Labelled.ToList();
        if (compared.Count > MostCohorts)
            throw new InvalidRequestException(
            [
                new("methods", $"must select at most {MostCohorts} comparisons: name one sparsity, or fewer methods"),
            ]);
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
}
