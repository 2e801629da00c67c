using System.Globalization;

namespace PieService.Worker.Machines;

/// <summary>
/// The memory of this machine in bytes, or of its container if the container has less (cgroup v2); null if the amount
/// is not known.
/// </summary>
internal static class MachineMemory
{
    private const string Container = "/sys/fs/cgroup";

    public static long? Total() => Smaller(FromKernel("MemTotal:"), Number(Path.Combine(Container, "memory.max")));

    public static long? Available() => Smaller(FromKernel("MemAvailable:"), AvailableIn(Container));

    /// <summary>
    /// The unused memory up to the limit, plus the page cache that the kernel can reclaim; the kernel computes the
    /// machine's available memory in the same way.
    /// </summary>
    internal static long? AvailableIn(string container) =>
        Number(Path.Combine(container, "memory.max")) is { } limit
            && Number(Path.Combine(container, "memory.current")) is { } used
            ? limit - used + (Field(Path.Combine(container, "memory.stat"), "inactive_file") ?? 0)
            : null;

    private static long? Smaller(long? machine, long? container) =>
        machine is { } known ? Math.Min(known, container ?? known) : null;

    private static long? FromKernel(string name) => Field("/proc/meminfo", name) * 1024;

    private static long? Field(string file, string name) =>
        File.Exists(file) && File.ReadLines(file)
            .FirstOrDefault(line => line.StartsWith(name + ' ', StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
            : null;

    /// <summary>Returns null if there is no such file, or if its content is not a number ("max").</summary>
    private static long? Number(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
