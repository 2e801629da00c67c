using System.Text.Json.Serialization;

namespace PieService.Domain.Runs;

public enum ModelKind
{
    [JsonStringEnumMemberName("vectors")] Vectors,
    [JsonStringEnumMemberName("bert")] Bert,
}

/// <summary>Word vectors or a pretrained checkpoint that a worker has.</summary>
/// <param name="Name">As models of a sweep name it.</param>
/// <param name="Dimensions">Width of a vector, or of a hidden state.</param>
/// <param name="Layers">Of a checkpoint; null for vectors.</param>
/// <param name="Parameters">Numbers in it.</param>
/// <param name="Sha256">Of the file as it lies there.</param>
public sealed record ModelFile(string Name, ModelKind Kind, int Dimensions, int? Layers, long Parameters, string Sha256);
