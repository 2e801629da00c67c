using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>
/// The numbers of a BERT's matrix products and attention. Parameters, gradients, sums of layers, layer norms and the
/// optimizer always use float32.
/// </summary>
public enum Precision
{
    [JsonStringEnumMemberName("float32")] Fp32,

    /// <summary>
    /// bfloat16: the range of float32 and 8 significant bits. It is faster than float32 on processors with AVX512-BF16
    /// and on GPUs, and slower on others. The predictions differ from those of float32.
    /// </summary>
    [JsonStringEnumMemberName("bf16")] Bf16,
}
