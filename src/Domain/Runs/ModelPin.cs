namespace PieService.Domain.Runs;

/// <summary>The content of word vectors, or of a checkpoint, with this name in all runs of a dataset.</summary>
public sealed class ModelPin
{
    public Guid DatasetId { get; init; }
    public ModelKind Kind { get; init; }
    public required string Name { get; init; }
    public required string Sha256 { get; init; }
}
