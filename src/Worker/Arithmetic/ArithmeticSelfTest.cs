using System.Diagnostics;
using PieService.Domain.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Arithmetic;

/// <summary>Compares what trainers compute with, on the device of this process, with plain double arithmetic.</summary>
internal static class ArithmeticSelfTest
{
    public static ArithmeticReport Run(Machine machine) => Run(machine, ArithmeticChecks.All());

    public static ArithmeticReport Run(Machine machine, IEnumerable<ArithmeticCheck> checks)
    {
        var (watch, count, failures) = (Stopwatch.StartNew(), 0, new List<ArithmeticDeviation>());
        foreach (var check in checks)
        {
            count++;
            failures.AddRange(check.Deviations(machine.Device).Where(deviation => deviation.IsFailure()));
        }
        return new(machine.DeviceName, machine.CpuCapability, machine.Host, count, watch.Elapsed.TotalSeconds, failures);
    }
}
