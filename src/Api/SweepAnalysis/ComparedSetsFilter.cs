using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons whose sets of PIEs a table compares, by their ids or by filters.</summary>
public abstract record ComparedSetsFilter : TableQuery
{
    /// <summary>
    /// The ids of comparisons of the sweep, separated by commas. By default all comparisons that the other filters
    /// select.
    /// </summary>
    public string? Comparisons { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>The dense cohort of the comparison: dense or dense4E.</summary>
    public Method? Baseline { get; init; }
    public Split? Split { get; init; }

    /// <summary>
    /// The largest q value of the unpaired test, in [0, 1]. The sets then have only the PIEs with at most this q value.
    /// </summary>
    public double? MaxQ { get; init; }

    /// <summary>The ids in <see cref="Comparisons"/>; null without it.</summary>
    internal IReadOnlyList<Guid>? Ids => Comparisons is null ? null
        : [.. Comparisons.Split(',').Select(id => Guid.TryParse(id, out var read) ? read : Guid.Empty).Distinct()];

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Ids?.Contains(Guid.Empty) == true) yield return new("comparisons", "must be ids separated by commas");
        if (MaxQ is < 0 or > 1) yield return new("maxQ", "must be from 0 to 1");
    }

    internal IQueryable<Comparison> Of(IQueryable<Comparison> comparisons, Guid sweepId)
    {
        var selected = comparisons.Where(comparison => comparison.SweepId == sweepId
            && (Model == null || comparison.Model == Model)
            && (Method == null || comparison.Method == Method)
            && (Sparsity == null || comparison.Sparsity == Sparsity)
            && (Baseline == null || comparison.Baseline == Baseline)
            && (Split == null || comparison.Split == Split));
        return Ids is { } ids ? selected.Where(comparison => ids.Contains(comparison.Id)) : selected;
    }
}
