using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Predictions;

/// <summary>
/// The prediction of one run for one example, as the function <c>pie_packed_predictions</c> returns it.
/// </summary>
public sealed class ExamplePrediction
{
    public Guid RunId { get; init; }

    /// <summary>The sweep that requested the run first, or the oldest one left.</summary>
    public Guid SweepId { get; init; }

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
    public int ClassCount { get; init; }

    /// <summary>The predicted classes, packed as <see cref="PackedLabels"/> describes.</summary>
    public required byte[] Classes { get; init; }

    /// <summary>The packed logits in label order; null for imported predictions without scores.</summary>
    public byte[]? Scores { get; init; }

    /// <summary>The predicted classes, ascending; exactly one for single-label data.</summary>
    public int[] ClassesOf(LearningTask task) => [.. new PackedLabels(task, ClassCount, Classes).ClassesAt(0)];

    /// <summary>The logits in label order; null for imported predictions without scores.</summary>
    public float[]? Logits => Scores is null ? null : PackedPredictions.ScoresAt(Scores, 0, ClassCount);
}
