using System.Globalization;

namespace PieService.Worker.Supervision;

/// <summary>Memory of this machine, or of its container where that may have less (cgroup v2), in bytes; null where it cannot be known.</summary>
internal static class MachineMemory
{
    private const string Limit = "/sys/fs/cgroup/memory.max", Used = "/sys/fs/cgroup/memory.current";

    public static long? Total() => Smaller(FromKernel("MemTotal:"), Number(Limit));

    public static long? Available() =>
        Smaller(FromKernel("MemAvailable:"), Number(Limit) is { } limit && Number(Used) is { } used ? limit - used : null);

    private static long? Smaller(long? machine, long? container) => machine is { } known ? Math.Min(known, container ?? known) : null;

    private static long? FromKernel(string name) =>
        File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
            : null;

    /// <summary>Null: there is no such file, or no number in it ("max").</summary>
    private static long? Number(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;
}
