using PieService.Domain.Runs;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Attention with dropout, for which the library has another kernel than without: each weight becomes 0 or 1 / (1 - p)
/// times itself, so the mean over many equal texts is the result without dropout.
/// </summary>
internal sealed class AttentionDropoutCheck(int batch, int words, int width, double probability)
    : ArithmeticCheck(
        "attention with dropout",
        FormattableString.Invariant($"T {words}, B {batch}, 1 head of {width}, p {probability}"))
{
    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        // Queries of zero attend to all words alike: a result is the mean of its values, which are all one.
        var (queries, values) =
            (zeros(batch, 1, words, width, device: device), ones(batch, 1, words, width, device: device));
        var mask = ones(batch, 1, 1, words, dtype: ScalarType.Bool, device: device);
        var results = nn.functional.scaled_dot_product_attention(queries, queries, values, mask, probability).mean()
            .cpu().item<float>();
        var standardError = Math.Sqrt(probability / (1 - probability) / (batch * words * words));
        return [Compare("mean in training", [results], [1], MostStandardErrors * standardError)];
    }
}
