using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons and the examples that a table of a sweep's examples is about.</summary>
public abstract record SelectedExamplesFilter : TableQuery
{
    /// <summary>The model's name in the sweep. Only comparisons of this model count.</summary>
    public string? Model { get; init; }

    /// <summary>Only comparisons of this method count.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent. Only comparisons with this target count.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>Only comparisons with this dense cohort count: dense or dense4E.</summary>
    public Method? Baseline { get; init; }

    /// <summary>The split of the examples.</summary>
    public Split Split { get; init; } = Split.Test;

    /// <summary>The name of a gold label. Only examples with this gold label are returned.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// Whether to leave out the comparisons in which most runs of a cohort have collapsed: nearly every example is a
    /// PIE of them.
    /// </summary>
    public bool ExcludeCollapsed { get; init; } = true;
}
