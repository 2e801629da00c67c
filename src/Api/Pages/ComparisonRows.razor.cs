using Microsoft.AspNetCore.Components;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Pages;

/// <summary>The comparisons of a sweep with their main numbers.</summary>
public partial class ComparisonRows : ComponentBase
{
    /// <summary>The words of the columns.</summary>
    public static IReadOnlyList<Word> Explained(CohortKind kind) =>
    [
        Words.Comparison, .. Words.OfSize(kind), Words.Score, Words.Pie, Words.PieRate, Words.NoiseFloor, Words.Excess,
        Words.Significant, Words.Collapse,
    ];

    [Parameter, EditorRequired] public IReadOnlyList<SweepAnalysisResponse> Rows { get; set; } = [];

    /// <summary>The list of the rows with its filters, as <see cref="OpenedList"/> has it.</summary>
    [Parameter, EditorRequired] public string List { get; set; } = "";

    /// <summary>The kind of all cohorts.</summary>
    [Parameter, EditorRequired] public CohortKind Kind { get; set; } = CohortKind.Trained;

    /// <summary>Whether there are rows of another split than test, which most sweeps have only.</summary>
    private bool HasSplits => Rows.Any(row => row.Split is not Split.Test);
}
