namespace PieService.Domain.Runs;

/// <summary>The one content that a name of word vectors, or of a checkpoint, stands for in all runs of a dataset.</summary>
public sealed class ModelPin
{
    public Guid DatasetId { get; init; }
    public ModelKind Kind { get; init; }
    public required string Name { get; init; }
    public required string Sha256 { get; init; }
}
