namespace PieService.Domain.Runs;

/// <summary>
/// The number of examples that a device can compute at once for a recipe whose batches are too large for its memory.
/// </summary>
public sealed class FittingBatch
{
    /// <summary>
    /// The fingerprint of the dense recipe: pruned trainings need as much memory as the dense ones that they share.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>The kind of device: the name and the memory of a GPU, or the memory of a trainer on a CPU.</summary>
    public required string Device { get; init; }

    public int MicroBatch { get; init; }

    /// <summary>Why a larger number did not fit.</summary>
    public required string Reason { get; init; }

    public DateTimeOffset LearnedAt { get; init; }
}
