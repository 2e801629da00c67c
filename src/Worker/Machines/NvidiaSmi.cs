using System.ComponentModel;
using System.Diagnostics;

namespace PieService.Worker.Machines;

/// <summary>Asks nvidia-smi, the program of NVIDIA's driver, for the GPUs of this machine.</summary>
internal static class NvidiaSmi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The GPUs and parts of GPUs; empty if there is no nvidia-smi or it does not answer.</summary>
    public static IReadOnlyList<Gpu> List() =>
        Output($"--query-gpu={Gpu.Query}", "--format=csv,noheader,nounits") is not { } table ? []
            : Gpu.Parse(table, table.Contains("Enabled", StringComparison.Ordinal) ? Output("-L") ?? "" : "");

    private static string? Output(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            // A driver that hangs makes nvidia-smi hang too.
            var output = process.StandardOutput.ReadToEndAsync();
            if (!output.Wait(Patience) || !process.WaitForExit(Patience))
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
