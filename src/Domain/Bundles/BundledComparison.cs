using System.Text.Json;
using System.Text.Json.Serialization;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Domain.Bundles;

/// <summary>
/// A comparison in a bundle. Its results are computed again from the predictions; those that the bundle states are
/// compared with them.
/// </summary>
/// <param name="Labels">The SHA-256 of the labels as JSON lines; null if it is not labelled.</param>
/// <param name="AnalysisVersion">The version of the computations of the analysis.</param>
public sealed record BundledComparison(
    Guid Id, int Ordinal, string Model, Method Method, decimal Sparsity, Method Baseline, string? Cohort, Split Split,
    string DenseFingerprint, string PrunedFingerprint, string? Labels, int? AnalysisVersion,
    JsonElement? Summary, JsonElement? Analysis, JsonElement? Classes, JsonElement? Influences)
{
    /// <summary>The results that are compared; null if it is not labelled.</summary>
    [JsonIgnore]
    public StatedResults? Stated => Summary is { } summary ? new(Labels, AnalysisVersion, summary) : null;

    /// <summary>Why the stated results cannot be those of a comparison; null if they can.</summary>
    [JsonIgnore]
    public string? Fault =>
        Labels?.Length > StatedResults.MaxLabels ? "labels is not a SHA-256"
        : Summary?.GetRawText().Length > StatedResults.MaxSummary
            ? $"summary has more than {StatedResults.MaxSummary} characters"
        : null;
}

/// <summary>The id of a comparison in a bundle, and what the bundle states of its results.</summary>
public sealed record StatedComparison(Guid Id, StatedResults? Stated);
