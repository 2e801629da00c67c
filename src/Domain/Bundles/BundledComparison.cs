using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Bundles;

/// <summary>
/// A comparison in a bundle. Only its id and what identifies it are read: its results are computed again from the
/// predictions, and are in the bundle so that both can be compared.
/// </summary>
/// <param name="Labels">The SHA-256 of the labels as JSON lines; null if it is not labelled.</param>
/// <param name="AnalysisVersion">The version of the computations of the analysis.</param>
public sealed record BundledComparison(
    Guid Id, int Ordinal, string Model, Method Method, decimal Sparsity, Method Baseline, string? Cohort, Split Split,
    string DenseFingerprint, string PrunedFingerprint, string? Labels, int? AnalysisVersion,
    JsonElement? Summary, JsonElement? Analysis, JsonElement? Classes, JsonElement? Influences);
