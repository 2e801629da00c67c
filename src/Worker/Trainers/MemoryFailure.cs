using System.Text.RegularExpressions;

namespace PieService.Worker.Trainers;

/// <summary>Recognises that a training failed because memory ran out.</summary>
internal static partial class MemoryFailure
{
    /// <summary>The signal by which the kernel kills a process if memory runs out, among other uses.</summary>
    private const int KilledBySignal = 128 + 9;

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
    /// <param name="kernelKilled">Whether <see cref="KillCounter"/> has grown during the run.</param>
    public static bool IsCauseOf(int exitCode, string output, bool kernelKilled) =>
        exitCode == KilledBySignal ? kernelKilled : IsIn(output);

    [GeneratedRegex(
        "out of memory|can't allocate memory|std::bad_alloc|OutOfMemoryException|_STATUS_ALLOC_FAILED",
        RegexOptions.IgnoreCase)]
    private static partial Regex Messages();
}
