namespace PieService.Domain.Runs;

/// <summary>
/// The coverage that a worker found for the content of a dataset and of a file of word vectors. It holds for every
/// dataset of this content, so it is kept when a dataset is removed.
/// </summary>
public sealed class KnownCoverage
{
    /// <summary>The content hash of the dataset, as recipes have it.</summary>
    public required string DatasetHash { get; init; }

    /// <summary>The SHA-256 of the file of the vectors, lower-case hex.</summary>
    public required string VectorsSha256 { get; init; }

    public double Types { get; init; }
    public double Tokens { get; init; }
}
