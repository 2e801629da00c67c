using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// A run's answers for one split, packed in example order: a row for each prediction would be 10^8 rows for the paper's
/// grid. The view <c>predictions</c> unpacks them for readers with psql.
/// </summary>
public sealed class RunPredictions
{
    public Guid RunId { get; init; }
    public Split Split { get; init; }
    public int Examples { get; init; }
    public int ClassCount { get; init; }

    /// <summary>The predicted labels, as <see cref="PackedLabels"/>.</summary>
    public required byte[] Classes { get; init; }

    /// <summary>Examples x ClassCount x float16, little-endian: logits in label order.</summary>
    public required byte[] Scores { get; init; }

    /// <summary>By which the labels of multi-label data were decided; null otherwise.</summary>
    public double? Threshold { get; init; }
}
