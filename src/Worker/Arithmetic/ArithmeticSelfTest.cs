using System.Diagnostics;
using System.Runtime.InteropServices;
using PieService.Domain.Runs;
using PieService.Worker.Machines;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Compares the operations that trainers use, on the device of this process, with plain double arithmetic.
/// </summary>
internal static class ArithmeticSelfTest
{
    public static ArithmeticReport Run(Machine machine) => Run(machine, ArithmeticChecks.On(machine.Device));

    public static ArithmeticReport Run(Machine machine, IEnumerable<ArithmeticCheck> checks)
    {
        var (watch, count, failures) = (Stopwatch.StartNew(), 0, new List<ArithmeticDeviation>());
        foreach (var check in checks)
        {
            count++;
            // If a library ends the process, the last line that the process wrote names the operation.
            Console.Error.WriteLine($"Checking {check.Operation} ({check.Shape})");
            try
            {
                failures.AddRange(check.Deviations(machine.Device).Where(deviation => deviation.IsFailure()));
            }
            catch (ExternalException broken)
            {
                Console.Error.WriteLine(broken.Message);
                failures.Add(check.Broken());
            }
        }
        return new(
            machine.DeviceName, machine.CpuCapability, machine.Host, count, watch.Elapsed.TotalSeconds, failures);
    }
}
