using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The data from which a figure was drawn.</summary>
/// <param name="Sweep">The name of the sweep.</param>
/// <param name="Dataset">The name of the dataset.</param>
/// <param name="ContentHash">The hash of the dataset.</param>
/// <param name="Protocol">Null, as scope, for imported predictions.</param>
/// <param name="Scope">The weights that a pruning compares: those of a layer, or of the whole model; null for imported
/// predictions.</param>
/// <param name="Comparisons">The number of comparisons that the figure is about.</param>
/// <param name="Labelled">The number of these that are labelled; the others are missing in the figure.</param>
/// <param name="Complete">The number of these of which all runs have succeeded.</param>
public sealed record FigureSource(
    Guid SweepId, string Sweep, Guid DatasetId, string Dataset, string ContentHash, string Model, Method Baseline,
    Split Split, Protocol? Protocol, PruningScope? Scope, int Comparisons, int Labelled, int Complete)
{
    /// <summary>States that the figure may still change; null if it is final.</summary>
    internal string? Provisional => Complete == Comparisons ? null
        : $"Provisional: {Complete} of {Comparisons} comparisons are complete.";

    internal string Caption =>
        $"Sweep '{Sweep}', {Selected} of the dataset '{Dataset}' ({ContentHash})"
        + (Protocol is { } protocol && Scope is { } scope
            ? $"; protocol {Wire.Name(protocol)}, scope {Wire.Name(scope)}." : "; imported predictions.")
        + Unfinished;

    /// <summary>The caption on a page about the sweep.</summary>
    internal string ShortCaption => $"M{Selected[1..]}.{Unfinished}";

    private string Selected =>
        $"model '{Model}', {(Protocol is null ? "" : $"baseline {Wire.Name(Baseline)}, ")}split {Wire.Name(Split)}";

    private string Unfinished =>
        (Provisional is { } provisional ? $" {provisional}" : "")
        + (Labelled > Complete ? $" {Labelled - Complete} more are labelled with fewer runs." : "");

    internal IReadOnlyList<string> Keywords => [$"sweep {SweepId}", $"dataset {ContentHash}"];
}
