using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons of a sweep that a table is about.</summary>
public abstract record ComparisonSelection : TableQuery
{
    /// <summary>The model's name in the sweep. Only comparisons of this model count.</summary>
    public string? Model { get; init; }

    /// <summary>Only comparisons of this method count.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent. Only comparisons with this target count.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>Only comparisons with this dense cohort count: dense, dense4E, or external for imported
    /// predictions.</summary>
    public Method? Baseline { get; init; }

    /// <summary>The name of a cohort of imported predictions. Only its comparison counts.</summary>
    public string? Cohort { get; init; }

    /// <param name="split">Null for the comparisons on all splits.</param>
    protected internal IQueryable<Comparison> Of(IQueryable<Comparison> comparisons, Guid sweepId, Split? split) =>
        comparisons.Where(comparison => comparison.SweepId == sweepId
            && (split == null || comparison.Split == split)
            && (Model == null || comparison.Model == Model)
            && (Method == null || comparison.Method == Method)
            && (Sparsity == null || comparison.Sparsity == Sparsity)
            && (Baseline == null || comparison.Baseline == Baseline)
            && (Cohort == null || comparison.Cohort == Cohort));
}
