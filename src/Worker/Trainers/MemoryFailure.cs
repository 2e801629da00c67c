using System.Globalization;
using System.Text.RegularExpressions;

namespace PieService.Worker.Trainers;

/// <summary>Recognises that a training failed because memory ran out.</summary>
internal static partial class MemoryFailure
{
    /// <summary>The signal by which the kernel kills a process if memory runs out, among other uses.</summary>
    private const int KilledBySignal = 128 + 9;

    /// <summary>The counters of the machine and of its container.</summary>
    private static readonly string[] Counters = ["/proc/vmstat", "/sys/fs/cgroup/memory.events"];

    /// <summary>
    /// Whether a message is one of the allocators: of CUDA, of torch on the processor, of C++, of .NET, or of cuBLAS
    /// and cuDNN.
    /// </summary>
    public static bool IsIn(string message) => Messages().IsMatch(message);

    /// <summary>
    /// Whether a process ended because memory ran out. The kernel kills by a signal that others use too, so its counter
    /// of such kills must have grown.
    /// </summary>
    /// <param name="output">The last lines that the process wrote.</param>
    /// <param name="killsBefore">The value of <see cref="Kills"/> when the process started.</param>
    public static bool IsCauseOf(int exitCode, string output, long killsBefore) =>
        exitCode == KilledBySignal ? Kills() > killsBefore : IsIn(output);

    /// <summary>The number of processes that the kernel has killed because memory ran out.</summary>
    public static long Kills() => Counters.Where(File.Exists).SelectMany(File.ReadLines)
        .Where(line => line.StartsWith("oom_kill ", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));

    [GeneratedRegex(
        "out of memory|can't allocate memory|std::bad_alloc|OutOfMemoryException|_STATUS_ALLOC_FAILED",
        RegexOptions.IgnoreCase)]
    private static partial Regex Messages();
}
