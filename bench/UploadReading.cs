using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace PieService.Bench;

/// <summary>The result of reading a file.</summary>
/// <param name="Outcome">
/// "read" with a hash of the values, "refused" with the exception, or how the child process ended.
/// </param>
/// <param name="StartMilliseconds">Processor time of the child from its start to the first value.</param>
/// <param name="Milliseconds">Processor time.</param>
internal sealed record UploadRead(
    string Outcome, long Values, double StartMilliseconds, double Milliseconds, double PeakMiB);

/// <summary>
/// A child process that reads files under limits of memory and time, as a reader of uploads would have to.
/// </summary>
internal sealed class UploadReading : IDisposable
{
    private const long DataBytes = 1L << 30;
    private readonly TimeSpan limit;
    private readonly Process process;

    /// <param name="seconds">The time limit for one file, after which the child is killed.</param>
    public UploadReading(string reader, int seconds)
    {
        limit = TimeSpan.FromSeconds(seconds);
        var start = new ProcessStartInfo("prlimit")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { $"--data={DataBytes}", "--core=0", Environment.ProcessPath!, "read-uploads",
                reader }) start.ArgumentList.Add(argument);
        start.Environment["DOTNET_GCHeapHardLimit"] = $"{DataBytes * 3 / 4:x}";
        process = Process.Start(start)!;
        process.BeginErrorReadLine();
    }

    public bool IsOver { get; private set; }

    /// <summary>The child process: reads each file whose path is a line of its standard input.</summary>
    public static void Run(string reader)
    {
        while (Console.ReadLine() is { } path)
        {
            // Resets the peak, so that it does not include earlier files.
            File.WriteAllText("/proc/self/clear_refs", "5");
            var (before, first, hash, values) = (Processor(), 0.0, new XxHash64(), 0L);
            string outcome;
            try
            {
                foreach (var value in UploadReaders.All[reader](path))
                {
                    if (values++ == 0) first = Processor();
                    hash.Append(MemoryMarshal.AsBytes(value.AsSpan()));
                }
                outcome = $"read {hash.GetCurrentHashAsUInt64():x}";
            }
            catch (Exception refusal)
            {
                outcome = $"refused {refusal.GetType().Name}";
            }
            Measured.Say($"{outcome}\t{values}\t{first}\t{Processor() - before}\t{Measured.PeakMiB()}");
        }

        static double Processor() => Environment.CpuUsage.TotalTime.TotalMilliseconds;
    }

    public UploadRead Read(string path)
    {
        var begin = Stopwatch.GetTimestamp();
        process.StandardInput.WriteLine(path);
        process.StandardInput.Flush();
        while (true)
        {
            var line = process.StandardOutput.ReadLineAsync();
            var left = limit - Stopwatch.GetElapsedTime(begin);
            if (left <= TimeSpan.Zero || !line.Wait(left)) return Over("did not end");
            if (line.Result is null) return Over("killed its process");
            if (line.Result.Split('\t') is [var outcome, var values, var first, var milliseconds, var peak])
                return new UploadRead(
                    outcome, long.Parse(values, CultureInfo.InvariantCulture), Number(first), Number(milliseconds),
                    Number(peak));
        }

        UploadRead Over(string outcome)
        {
            IsOver = true;
            process.Kill(entireProcessTree: true);
            return new UploadRead(outcome, 0, 0, 0, 0);
        }

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(limit)) process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
