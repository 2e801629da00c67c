using System.Globalization;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>How a piece of work is timed, and how a result is printed.</summary>
internal static class Measured
{
    private const int WarmUp = 3, Repetitions = 20;

    /// <summary>Median seconds of processor time. What else runs on the machine changes these little, unlike the time of the clock.</summary>
    public static double Seconds(Action work)
    {
        var seconds = new List<double>();
        for (var i = 0; i < WarmUp + Repetitions; i++)
        {
            using var scope = NewDisposeScope();
            var start = Environment.CpuUsage.TotalTime;
            work();
            if (i >= WarmUp) seconds.Add((Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>The most memory that this process had since its start, as the kernel counted it.</summary>
    public static double PeakMiB() => double.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    public static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
