using PieService.Domain.Predictions;

namespace PieService.Api.Runs;

/// <summary>The predictions of a run for consecutive examples of a split.</summary>
/// <param name="First">The position of the first of these examples in the split.</param>
/// <param name="Scores">The logits, packed as PackedPredictions describes; null for imported predictions without
/// scores.</param>
internal sealed record PackedPart(int First, PackedLabels Labels, byte[]? Scores)
{
    /// <summary>The open answers to these examples; null if the run has none.</summary>
    public IReadOnlyList<string?>? Answers { get; init; }
}
