using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Predictions;

/// <summary>The prediction of one run for one example, as the view <c>predictions</c> unpacks it.</summary>
public sealed class ExamplePrediction
{
    public Guid RunId { get; init; }
    public Guid ExampleId { get; init; }

    /// <summary>The model's name in the sweep that asked for the run first.</summary>
    public required string Model { get; init; }
    public Architecture Architecture { get; init; }
    public Method Method { get; init; }
    public decimal Sparsity { get; init; }
    public double? AchievedSparsity { get; init; }

    /// <summary>The name of the cohort of imported predictions; null if this service trained the run.</summary>
    public string? Cohort { get; init; }

    /// <summary>Null, like the scope, for imported predictions.</summary>
    public Protocol? Protocol { get; init; }
    public PruningScope? Scope { get; init; }
    public int Seed { get; init; }
    public Split Split { get; init; }
    public required string[] PredictedLabels { get; init; }
    public bool Correct { get; init; }

    /// <summary>Logits in label order; null for imported predictions without scores.</summary>
    public float[]? Scores { get; init; }
}
