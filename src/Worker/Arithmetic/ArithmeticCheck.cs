using PieService.Domain.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>One operation that trainers use, at one shape: how far the tensor library's results are from plain arithmetic's.</summary>
internal abstract class ArithmeticCheck(string operation, string shape)
{
    /// <summary>
    /// float32 sums of some hundred products are right to about 1e-6 of the largest value. A GPU may round their factors to 10 bits
    /// (TF32), which is 1e-3. A wrong kernel is off by a tenth or more.
    /// </summary>
    private const double CpuTolerance = 1e-4, GpuTolerance = 1e-2;

    // A result below it has no size that a deviation could be a share of.
    private const double SmallestSize = 1e-6;

    public abstract IEnumerable<ArithmeticDeviation> Deviations(Device device);

    protected static double Tolerance(Device device) => device.type == DeviceType.CPU ? CpuTolerance : GpuTolerance;

    /// <param name="part">Which result of the operation, for people.</param>
    protected ArithmeticDeviation Compare(string part, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        if (actual.Length != expected.Length) return Failure(part, tolerance);
        var (largest, size) = (0.0, SmallestSize);
        for (var i = 0; i < actual.Length; i++)
        {
            if (!float.IsFinite(actual[i])) return Failure(part, tolerance);
            largest = Math.Max(largest, Math.Abs(actual[i] - expected[i]));
            size = Math.Max(size, Math.Abs(expected[i]));
        }
        return new(operation, shape, part, largest / size, tolerance);
    }

    private ArithmeticDeviation Failure(string part, double tolerance) => new(operation, shape, part, null, tolerance);
}
