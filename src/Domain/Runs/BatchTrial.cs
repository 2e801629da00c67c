namespace PieService.Domain.Runs;

/// <summary>
/// The number of examples at once that the next attempt of a run takes after its memory ran out. It becomes a
/// <see cref="FittingBatch"/>, which other runs take too, when the run has succeeded with it.
/// </summary>
public sealed class BatchTrial
{
    public Guid RunId { get; init; }

    /// <summary>The kind of device.</summary>
    public required string Device { get; init; }

    public int MicroBatch { get; init; }

    /// <summary>Why a larger number did not fit.</summary>
    public required string Reason { get; init; }
}
