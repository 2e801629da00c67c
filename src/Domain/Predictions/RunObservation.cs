namespace PieService.Domain.Predictions;

/// <summary>
/// A dense run's predictions for the training split after an early epoch, packed like <see cref="RunPredictions"/>:
/// EL2N is computed from them.
/// </summary>
public sealed class RunObservation
{
    public Guid RunId { get; init; }

    /// <summary>0-based.</summary>
    public int Epoch { get; init; }
    public int Examples { get; init; }
    public int ClassCount { get; init; }

    /// <summary>
    /// The predicted labels, as <see cref="PackedLabels"/>; those of multi-label data by the threshold of that epoch.
    /// </summary>
    public required byte[] Classes { get; init; }

    /// <summary>
    /// Examples x ClassCount x float16, little-endian: logits in label order, evaluation mode after the epoch.
    /// </summary>
    public required byte[] Scores { get; init; }
}
