using System.Globalization;

namespace PieService.Bench.Parts;

/// <summary>The processor time of processes, as the kernel counts it: other work on the machine adds little.</summary>
internal static class ProcessorTime
{
    /// <summary>The kernel counts in units of a hundredth of a second, on every Linux that .NET supports.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>The seconds of a process, of its children, and of those that have ended.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public static double OfTree(int process, IEnumerable<int> children) =>
        Of(process) + children.Sum(child => File.Exists($"/proc/{child}/stat") ? Of(child) : 0);

    private static double Of(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The second field, a name in parentheses, may contain spaces. utime, stime, cutime and cstime are fields 14
        // to 17.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
