using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The comparisons that a figure is about: those of one model with one dense cohort on one split.</summary>
/// <param name="Comparisons">In the order of the request, labelled or not.</param>
public sealed record SelectedCohorts(
    FigureScope Scope, string Model, Method Baseline, Split Split, IReadOnlyList<Comparison> Comparisons)
{
    public IEnumerable<Comparison> Labelled => Comparisons.Where(comparison => comparison.Summary is not null);

    public FigureSource Source => new(
        Scope.Sweep.Id, Scope.Sweep.Name, Scope.Sweep.DatasetId, Scope.Dataset, Scope.ContentHash, Model, Baseline,
        Split, Scope.Sweep.Request?.ProtocolOrDefault, Scope.Sweep.Request?.Scope, Comparisons.Count, Labelled.Count(),
        Comparisons.Count(comparison => comparison.Summary is { Complete: true }));

    /// <summary>The labelled comparisons whose cohorts have not collapsed; all labelled ones if all have.</summary>
    public IReadOnlyList<Comparison> Meaningful =>
        Labelled.Where(comparison => !comparison.Summary!.HasCollapsedCohort).ToList() is { Count: > 0 } some
            ? some : [.. Labelled];

    public SelectedCohorts OfMethod(Method method) =>
        this with { Comparisons = [.. Comparisons.Where(comparison => comparison.Method == method)] };

    public SelectedCohorts OfSparsity(decimal sparsity) =>
        this with { Comparisons = [.. Comparisons.Where(comparison => comparison.Sparsity == sparsity)] };
}
