using PieService.Domain.Runs;
using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Checks attention with dropout, for which the library has a separate kernel: each weight is multiplied by 0 or by
/// 1 / (1 - p), so the mean over many equal texts is the result without dropout.
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
        // With queries of zero, attention weighs all words equally: a result is the mean of the values, all 1.
        var (queries, values) =
            (zeros(batch, 1, words, width, device: device), ones(batch, 1, words, width, device: device));
        var mask = ones(batch, 1, 1, words, dtype: ScalarType.Bool, device: device);
        var results = Attention.Of(queries, queries, values, mask, probability).mean()
            .cpu().item<float>();
        var standardError = Math.Sqrt(probability / (1 - probability) / (batch * words * words));
        return [Compare("mean in training", [results], [1], MostStandardErrors * standardError)];
    }
}
