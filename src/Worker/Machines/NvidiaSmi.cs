using System.ComponentModel;
using System.Diagnostics;

namespace PieService.Worker.Machines;

/// <summary>Asks nvidia-smi, the program of NVIDIA's driver, for the GPUs of this machine.</summary>
/// <param name="program">The program to start.</param>
/// <param name="patience">How long it may take.</param>
internal sealed class NvidiaSmi(string program, TimeSpan patience)
{
    private static readonly NvidiaSmi Installed = new("nvidia-smi", TimeSpan.FromSeconds(20));

    private readonly Lock one = new();
    private Process? unfinished;

    /// <summary>The GPUs and parts of GPUs; empty if there is no nvidia-smi or it does not answer.</summary>
    public static IReadOnlyList<Gpu> List() => Installed.Ask();

    /// <inheritdoc cref="List"/>
    internal IReadOnlyList<Gpu> Ask()
    {
        lock (one)
        {
            return Output($"--query-gpu={Gpu.Query}", "--format=csv,noheader,nounits") is not { } table ? []
                : Gpu.Parse(table, table.Contains("Enabled", StringComparison.Ordinal) ? Output("-L") ?? "" : "");
        }
    }

    private string? Output(params string[] arguments)
    {
        // A process that waits for a driver that hangs does not end when it is killed; no further ones are started.
        if (unfinished is { HasExited: false }) return null;
        unfinished?.Dispose();
        unfinished = null;
        try
        {
            var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            unfinished = process;
            // A driver that hangs makes nvidia-smi hang too. Both pipes are read, or a full one stops the process.
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!Task.WaitAll([output, error], patience) || !process.WaitForExit(patience))
            {
                process.Kill();
                return null;
            }
            return process.ExitCode == 0 ? output.Result : null;
        }
        catch (Win32Exception)
        {
            return null; // there is no such program
        }
    }
}
