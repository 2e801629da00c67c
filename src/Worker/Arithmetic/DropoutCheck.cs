using PieService.Domain.Runs;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Checks dropout of ones: in training each becomes 0 or 1 / (1 - p), with mean 1, and its gradient has the same value;
/// in evaluation the ones do not change.
/// </summary>
internal sealed class DropoutCheck(int rows, int columns, double probability)
    : ArithmeticCheck("dropout", FormattableString.Invariant($"{rows} x {columns}, p {probability}"))
{
    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (tolerance, input) =
            (Tolerance(), ones(rows, columns, device: device, requires_grad: true));
        var result = nn.functional.dropout(input, probability, training: true);
        result.sum().backward();
        var unchanged = nn.functional.dropout(input, probability, training: false);
        var (kept, gradient) = (ParameterBuffer.ToArray(result.detach()), ParameterBuffer.ToArray(input.grad!));
        var standardError = Math.Sqrt(probability / (1 - probability) / kept.Length);
        return
        [
            Compare("mean in training", [kept.Average()], [1], MostStandardErrors * standardError),
            Compare("values in training", kept, Array.ConvertAll(kept, value => value == 0 ? 0 : 1 / (1 - probability)),
                tolerance),
            Compare("gradient", gradient, Array.ConvertAll(kept, value => (double)value), tolerance),
            Compare("values in evaluation", ParameterBuffer.ToArray(unchanged.detach()),
                Array.ConvertAll(kept, _ => 1.0), tolerance),
        ];
    }
}
