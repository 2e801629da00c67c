using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>Measures times and memory, and prints the results.</summary>
internal static class Measured
{
    private const int WarmUp = 3, Repetitions = 20;

    /// <summary>
    /// The median in seconds: processor time with one thread, since other work on the machine affects it little;
    /// elapsed time with several threads.
    /// </summary>
    public static double Seconds(Action work)
    {
        var seconds = new List<double>();
        for (var i = 0; i < WarmUp + Repetitions; i++)
        {
            using var scope = NewDisposeScope();
            var (processor, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            work();
            var taken = get_num_threads() == 1 ? Environment.CpuUsage.TotalTime - processor
                : Stopwatch.GetElapsedTime(clock);
            if (i >= WarmUp) seconds.Add(taken.TotalSeconds);
        }
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>The elapsed seconds of one call.</summary>
    public static async Task<double> ElapsedAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The peak memory of a process, as counted by the kernel.</summary>
    public static double PeakMiB(string process = "self") => double.Parse(
        File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    /// <summary>Lets <see cref="PeakMiB"/> count from now on.</summary>
    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    public static void Say(string line) => Console.WriteLine(line);
}
