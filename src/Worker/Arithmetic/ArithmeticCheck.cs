using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Measures, for one operation that trainers use and one shape, the deviation of the tensor library's results from
/// those of plain arithmetic.
/// </summary>
internal abstract class ArithmeticCheck(string operation, string shape)
{
    /// <summary>
    /// float32 sums of some hundred products deviate by about 1e-6 of the largest value. TF32 rounds the factors of a
    /// product to 11 bits, which is 5e-4 for each.
    /// </summary>
    private const double Float32Tolerance = 1e-4, Tf32Tolerance = 1e-2;

    /// <summary>bf16 rounds every factor and every result to 8 bits, which is 4e-3 for each.</summary>
    private const double Bf16Tolerance = 3e-2;

    /// <summary>
    /// The largest deviation allowed for a mean of random numbers. The mean of a correct generator exceeds it with one
    /// seed in two million, and the seed is always the same.
    /// </summary>
    protected const double MostStandardErrors = 5;

    // If the largest value is below this, a deviation is not stated as a share of it.
    private const double SmallestSize = 1e-6;

    public string Operation { get; } = operation;

    public string Shape { get; } = shape;

    public abstract IEnumerable<ArithmeticDeviation> Deviations(Device device);

    /// <param name="products">The numbers of the operation's matrix products.</param>
    protected static double Tolerance(Precision products = Precision.Fp32) => products switch
    {
        Precision.Fp32 => Float32Tolerance,
        Precision.Tf32 => Tf32Tolerance,
        Precision.Bf16 => Bf16Tolerance,
    };

    /// <summary>The deviation that is reported for an operation that ended without a result.</summary>
    public ArithmeticDeviation Broken() => Failure("it failed", Float32Tolerance);

    /// <param name="part">A description of the result for the operator.</param>
    protected ArithmeticDeviation Compare(
        string part, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        if (actual.Length != expected.Length) return Failure(part, tolerance);
        var (largest, size) = (0.0, SmallestSize);
        for (var i = 0; i < actual.Length; i++)
        {
            if (!float.IsFinite(actual[i])) return Failure(part, tolerance);
            largest = Math.Max(largest, Math.Abs(actual[i] - expected[i]));
            size = Math.Max(size, Math.Abs(expected[i]));
        }
        return new(Operation, Shape, part, largest / size, tolerance);
    }

    private ArithmeticDeviation Failure(string part, double tolerance) => new(Operation, Shape, part, null, tolerance);
}
