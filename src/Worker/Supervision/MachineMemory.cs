using System.Globalization;

namespace PieService.Worker.Supervision;

/// <summary>Memory of this machine, or of its container where that may have less (cgroup v2), in bytes; null where it cannot be known.</summary>
internal static class MachineMemory
{
    private const string Container = "/sys/fs/cgroup";

    public static long? Total() => Smaller(FromKernel("MemTotal:"), Number(Path.Combine(Container, "memory.max")));

    public static long? Available() => Smaller(FromKernel("MemAvailable:"), AvailableIn(Container));

    /// <summary>What is left to the limit, and the page cache that is given back when it is wanted, as the kernel counts it for the machine.</summary>
    internal static long? AvailableIn(string container) =>
        Number(Path.Combine(container, "memory.max")) is { } limit && Number(Path.Combine(container, "memory.current")) is { } used
            ? limit - used + (Field(Path.Combine(container, "memory.stat"), "inactive_file") ?? 0)
            : null;

    private static long? Smaller(long? machine, long? container) => machine is { } known ? Math.Min(known, container ?? known) : null;

    private static long? FromKernel(string name) => Field("/proc/meminfo", name) * 1024;

    private static long? Field(string file, string name) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name + ' ', StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
            : null;

    /// <summary>Null: there is no such file, or no number in it ("max").</summary>
    private static long? Number(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;
}
