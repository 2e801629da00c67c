using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Pies;

/// <summary>A pruned cohort against its dense cohort, over one sweep's seeds: the unit PIEs exist for.</summary>
public sealed class Comparison
{
    public Guid Id { get; init; }
    public Guid SweepId { get; init; }
    public int Ordinal { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public required string Model { get; init; }
    public Architecture Architecture { get; init; }
    public Method Method { get; init; }
    public decimal Sparsity { get; init; }
    public Method Baseline { get; init; }
    public Split Split { get; init; }
    public required string DenseFingerprint { get; init; }
    public required string PrunedFingerprint { get; init; }
    public int ExpectedSeeds { get; init; }

    /// <summary>
    /// When a message to label it was last sent; null: one is to be sent. Storage/Labelling has the protocol.
    /// </summary>
    public DateTimeOffset? LabellingAskedAt { get; init; }
    public DateTimeOffset? LabelledAt { get; init; }

    /// <summary>Null until it was labelled.</summary>
    public ComparisonSummary? Summary { get; init; }

    /// <summary>Mean over the pruned runs, in percent: a copy of what the summary says, for queries.</summary>
    public double? AchievedSparsity { get; init; }

    /// <summary>A copy of <see cref="ComparisonSummary.Complete"/>, for queries; null without a summary.</summary>
    public bool? IsComplete { get; init; }
}
