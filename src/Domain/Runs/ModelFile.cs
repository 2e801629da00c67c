using System.Text.Json.Serialization;

namespace PieService.Domain.Runs;

public enum ModelKind
{
    [JsonStringEnumMemberName("vectors")] Vectors,
    [JsonStringEnumMemberName("bert")] Bert,
}

/// <summary>Word vectors or a pretrained checkpoint of a worker.</summary>
/// <param name="Name">The name by which the models of a sweep refer to it; of word vectors the shortest.</param>
/// <param name="Kind">Whether it is a file of word vectors or a BERT checkpoint.</param>
/// <param name="Dimensions">
/// The width of a vector or of a hidden state; null, like the properties that follow, if the file cannot be used.
/// </param>
/// <param name="Layers">The number of layers of a checkpoint; null for vectors.</param>
/// <param name="Parameters">The number of numeric values in it.</param>
/// <param name="Sha256">
/// The SHA-256 of the unmodified file of the vectors, or of all files that determine a checkpoint.
/// </param>
/// <param name="Error">The reason why this worker cannot use it; null if it can.</param>
/// <param name="Positions">The largest maxLength of a checkpoint; null for vectors.</param>
/// <param name="Words">The number of word vectors in the file; null for a checkpoint.</param>
/// <param name="Duplicates">
/// The number of word vectors whose word has an earlier vector in the file. The first one is used. Null for a
/// checkpoint.
/// </param>
/// <param name="Pooler">
/// Whether a checkpoint has a pooler. If not, each run draws it from its seed. Null for vectors.
/// </param>
/// <param name="Aliases">
/// The other names by which the models of a sweep may refer to the same file of word vectors; null for a checkpoint.
/// </param>
public sealed record ModelFile(
    string Name, ModelKind Kind, int? Dimensions, int? Layers, long? Parameters, string? Sha256, string? Error = null,
    int? Positions = null, long? Words = null, long? Duplicates = null, bool? Pooler = null,
    IReadOnlyList<string>? Aliases = null)
{
    /// <summary>All names by which the models of a sweep may refer to it.</summary>
    public IEnumerable<string> Names() => [Name, .. Aliases ?? []];
}
