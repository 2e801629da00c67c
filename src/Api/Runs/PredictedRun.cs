using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Runs;

/// <summary>A run of a sweep with its packed predictions for a split.</summary>
internal sealed record PackedRun
{
    /// <summary>The place of the run in the sweep.</summary>
    public required int Ordinal { get; init; }
    public required Guid RunId { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public required string Model { get; init; }
    public required Method Method { get; init; }
    public required decimal Sparsity { get; init; }
    public required double? AchievedSparsity { get; init; }
    public required int Seed { get; init; }
    public required Split Split { get; init; }
    public required int Examples { get; init; }
    public required int ClassCount { get; init; }

    /// <summary>The predicted labels, packed as PackedLabels describes.</summary>
    public required byte[] Classes { get; init; }

    /// <summary>The logits, packed as PackedPredictions describes.</summary>
    public required byte[] Scores { get; init; }
}
