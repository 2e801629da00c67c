using Microsoft.AspNetCore.Components;
using PieService.Api.Comparisons;

namespace PieService.Api.Pages;

/// <summary>The majority of a cohort on an example: bars with the votes, and whether it is right.</summary>
public partial class Votes : ComponentBase
{
    [Parameter, EditorRequired] public CohortVote Vote { get; set; } = null!;
    [Parameter, EditorRequired] public IReadOnlyList<string> Gold { get; set; } = [];

    /// <summary>The labels about which the cohorts differ; null for single-label data.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<string>? Classes { get; set; }

    /// <summary>The number of runs of the cohort.</summary>
    [Parameter, EditorRequired] public int Runs { get; set; }

    /// <summary>The style of the bar: dense or pruned.</summary>
    [Parameter, EditorRequired] public string Cohort { get; set; } = "";

    /// <summary>
    /// The labels whose votes are shown: those about which the cohorts differ, or the predicted ones if they agree. A
    /// majority is right about a label if it agrees with the gold labels.
    /// </summary>
    private IEnumerable<(string Label, int Count, bool IsRight)> Bars =>
        from label in Classes is { Count: > 0 } ? Classes : Vote.Predicted
        select (label, Vote.Votes[label], Vote.Predicted.Contains(label) == Gold.Contains(label));
}
