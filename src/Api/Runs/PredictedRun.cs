using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Runs;

/// <summary>A run of a sweep that has predicted a split.</summary>
internal sealed record PredictedRun
{
    /// <summary>The place of the run in the sweep.</summary>
    public required int Ordinal { get; init; }
    public required Guid RunId { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public required string Model { get; init; }
    public required Method Method { get; init; }
    public required decimal Sparsity { get; init; }
    public required string? Cohort { get; init; }
    public required double? AchievedSparsity { get; init; }
    public required int Seed { get; init; }
    public required Split Split { get; init; }
    public required int Examples { get; init; }
    public required int ClassCount { get; init; }
}
