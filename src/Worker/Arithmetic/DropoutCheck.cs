using PieService.Domain.Runs;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>Dropout of ones: each becomes 0 or 1 / (1 - p), 1 in the mean; its gradient is what it became.</summary>
internal sealed class DropoutCheck(int rows, int columns, double probability)
    : ArithmeticCheck("dropout", FormattableString.Invariant($"{rows} x {columns}, p {probability}"))
{
    // The mean of a right generator is further off once in two million seeds, and the seed is always the same.
    private const double MostStandardErrors = 5;

    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var input = ones(rows, columns, device: device, requires_grad: true);
        var result = nn.functional.dropout(input, probability, training: true);
        result.sum().backward();
        var (kept, gradient) = (Values(result.detach()), Values(input.grad!));
        var standardError = Math.Sqrt(probability / (1 - probability) / kept.Length);
        return
        [
            Compare("mean", [kept.Average()], [1], MostStandardErrors * standardError),
            Compare("values", kept, Array.ConvertAll(kept, value => value == 0 ? 0 : 1 / (1 - probability)), Tolerance(device)),
            Compare("gradient", gradient, Array.ConvertAll(kept, value => (double)value), Tolerance(device)),
        ];
    }

    private static float[] Values(Tensor any) => any.cpu().data<float>().ToArray();
}
