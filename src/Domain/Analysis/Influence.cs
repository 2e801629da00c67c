namespace PieService.Domain.Analysis;

/// <summary>The bins of a comparison on the training split, by EL2N after one epoch of its dense runs.</summary>
public sealed class Influence
{
    public Guid ComparisonId { get; init; }

    /// <summary>0-based.</summary>
    public int Epoch { get; init; }
    public required IReadOnlyList<InfluenceBin> Bins { get; init; }
}
