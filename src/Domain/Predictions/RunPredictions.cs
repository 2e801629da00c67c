using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// A run's predictions for one split, packed in example order: with a row for each prediction the paper's grid would
/// have 10^8 rows. The view <c>predictions</c> unpacks them for readers in psql.
/// </summary>
public sealed class RunPredictions
{
    public Guid RunId { get; init; }
    public Split Split { get; init; }
    public int Examples { get; init; }
    public int ClassCount { get; init; }

    /// <summary>The predicted labels, as <see cref="PackedLabels"/>.</summary>
    public required byte[] Classes { get; init; }

    /// <summary>Examples x ClassCount x float16, little-endian: logits in label order; null for imported predictions
    /// without scores.</summary>
    public byte[]? Scores { get; init; }

    /// <summary>
    /// The threshold by which the labels of multi-label data were decided; null for single-label data.
    /// </summary>
    public double? Threshold { get; init; }
}
