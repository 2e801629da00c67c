using System.Globalization;

namespace PieService.Domain.Runs;

/// <summary>
/// The result of the arithmetic checks of a worker at its start: the tensor library compared with double-precision
/// arithmetic.
/// </summary>
/// <param name="Device">The device: cpu or cuda:n.</param>
/// <param name="CpuCapability">The instruction set that the library uses, and the vendor of the processor.</param>
/// <param name="Checks">The number of operations that were compared, each with one shape.</param>
/// <param name="Seconds">The duration of the checks, in seconds.</param>
/// <param name="Failures">The results that exceed their tolerance. The worker trains only if there are none.</param>
public sealed record ArithmeticReport(
    string Device, string CpuCapability, ComputeHost Host, int Checks, double Seconds,
    IReadOnlyList<ArithmeticDeviation> Failures)
{
    /// <summary>The first failure and what to do about it; null if there is none.</summary>
    // It begins with a clause: messages put "takes no runs because" before it.
    public string? Problem => Failures.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"""
        the arithmetic of {Device} is wrong: {Failures[0]}, on {Host.Processor} ({CpuCapability}) with {Host.Library}. Wrong results in {Checks} checks: {Failures.Count}. {Advice}
        """);

    private string Advice => Device == "cpu"
        ? "Start the worker with ONEDNN_MAX_CPU_ISA=AVX2, or with ATEN_CPU_CAPABILITY=default as well; if that does "
            + "not help, use another machine."
        : "Start the worker with PIE_DEVICE=cpu, or update the GPU's driver.";
}

/// <summary>A result of the tensor library compared with the same result in double-precision arithmetic.</summary>
/// <param name="Operation">The operation of the tensor library.</param>
/// <param name="Shape">
/// The shape of the inputs of the operation, such as T 5, B 7, D 100, H 100: words, texts, inputs, units.
/// </param>
/// <param name="Part">
/// The compared result: the output in evaluation mode, the output in training mode, or the gradient of an input.
/// </param>
/// <param name="Deviation">
/// The largest difference as a share of the largest value; null if the result is not a finite number.
/// </param>
/// <param name="Tolerance">The largest deviation that rounding can explain.</param>
public sealed record ArithmeticDeviation(
    string Operation, string Shape, string Part, double? Deviation, double Tolerance)
{
    // Written so that a result that is not a number fails.
    public bool IsFailure() => !(Deviation <= Tolerance);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Operation} ({Shape}), {Part}, " +
        $"{(Deviation is { } known ? $"deviates by {known:G3} of the largest value" : "is not a finite number")} " +
        $"(tolerance {Tolerance:G3})");
}
