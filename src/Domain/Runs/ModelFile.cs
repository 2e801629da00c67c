using System.Text.Json.Serialization;

namespace PieService.Domain.Runs;

public enum ModelKind
{
    [JsonStringEnumMemberName("vectors")] Vectors,
    [JsonStringEnumMemberName("bert")] Bert,
}

/// <summary>Word vectors or a pretrained checkpoint that a worker has.</summary>
/// <param name="Name">The name that models of a sweep use.</param>
/// <param name="Dimensions">Width of a vector or hidden state; null, like what follows, if it cannot be used.</param>
/// <param name="Layers">The number of layers of a checkpoint; null for vectors.</param>
/// <param name="Parameters">The number of its parameters.</param>
/// <param name="Sha256">Hash of the vectors' file; for a checkpoint, of all files that affect a training.</param>
/// <param name="Error">Why this worker cannot use it; null if it can.</param>
public sealed record ModelFile(string Name, ModelKind Kind, int? Dimensions, int? Layers, long? Parameters, string? Sha256, string? Error = null);
