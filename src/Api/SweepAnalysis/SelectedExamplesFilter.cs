using PieService.Domain.Datasets;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons and the examples that a table of a sweep's examples is about.</summary>
public abstract record SelectedExamplesFilter : ComparisonSelection
{
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
