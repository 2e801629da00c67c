using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>
/// The numbers of a model's matrix products. Parameters, gradients, sums of layers, layer norms and the optimizer
/// always use float32.
/// </summary>
public enum Precision
{
    [JsonStringEnumMemberName("float32")] Fp32,

    /// <summary>
    /// TF32: a GPU rounds the factors of a product to 11 significant bits and adds in float32. It is faster than
    /// float32 on GPUs since NVIDIA's Ampere; other devices do not have it, so the model must ask for the device cuda.
    /// The predictions differ from those of float32.
    /// </summary>
    [JsonStringEnumMemberName("tf32")] Tf32,

    /// <summary>
    /// bfloat16, for BERT: the range of float32 and 8 significant bits. It is faster than float32 on processors with
    /// AVX512-BF16 and on GPUs, and slower on others. The predictions differ from those of float32.
    /// </summary>
    [JsonStringEnumMemberName("bf16")] Bf16,
}
