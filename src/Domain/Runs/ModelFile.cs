using System.Text.Json.Serialization;

namespace PieService.Domain.Runs;

public enum ModelKind
{
    [JsonStringEnumMemberName("vectors")] Vectors,
    [JsonStringEnumMemberName("bert")] Bert,
}

/// <summary>Word vectors or a pretrained checkpoint that a worker has.</summary>
/// <param name="Name">As models of a sweep name it.</param>
/// <param name="Dimensions">Width of a vector, or of a hidden state; null where it cannot be used, as what follows.</param>
/// <param name="Layers">Of a checkpoint; null for vectors.</param>
/// <param name="Parameters">Numbers in it.</param>
/// <param name="Sha256">Of the vectors' file as it lies there; of all files that decide a checkpoint.</param>
/// <param name="Error">Why this worker cannot use it; null where it can.</param>
public sealed record ModelFile(string Name, ModelKind Kind, int? Dimensions, int? Layers, long? Parameters, string? Sha256, string? Error = null);
