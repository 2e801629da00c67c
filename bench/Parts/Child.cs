using System.Diagnostics;
using System.Globalization;
using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Bench.Parts;

/// <summary>
/// This program in a process of its own: an allocator must be set before a process starts, and native libraries keep
/// memory until it ends. It has the environment of a trainer with one thread.
/// </summary>
internal static class Child
{
    /// <summary>The measurements that the process writes, one in each line.</summary>
    public static IEnumerable<Measurement> Measurements(MemoryAllocator allocator, params string[] arguments)
    {
        using var process = Start(allocator, arguments);
        while (process.StandardOutput.ReadLine() is { } line) yield return Json.Read<Measurement>(line);
        End(process, arguments);
    }

    /// <summary>
    /// The number that a process of the published way writes: it has the system's allocator, and compiles methods in
    /// tiers, as .NET does by default.
    /// </summary>
    public static double PublishedNumber(params string[] arguments)
    {
        using var process = Start(
            MemoryAllocator.System, arguments, environment => environment[TrainerStart.TieredCompilation] = "1");
        var output = process.StandardOutput.ReadToEnd();
        End(process, arguments);
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static Process Start(
        MemoryAllocator allocator, string[] arguments, Action<IDictionary<string, string?>>? change = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(Child).Assembly.Location },
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        TrainerStart.SetLibraries(start.Environment, threads: 1, allocator);
        change?.Invoke(start.Environment);
        return Process.Start(start)!;
    }

    /// <exception cref="InvalidOperationException">The process failed.</exception>
    private static void End(Process process, string[] arguments)
    {
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"bench {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }
}
