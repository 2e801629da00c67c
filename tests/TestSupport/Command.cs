using System.Diagnostics;
using Xunit;

namespace PieService.TestSupport;

/// <summary>A program that is run to its end, as a user runs it.</summary>
/// <param name="Code">Its exit code.</param>
public sealed record Command(int Code, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="input">What it reads on standard input.</param>
    public static async Task<Command> RunAsync(
        string program, string[] arguments, IReadOnlyDictionary<string, string> environment, string folder,
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Start(start);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var (output, error) =
                (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new Command(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Assert.Fail(
                $"{start.FileName} cannot be started ({missing.Message}). ./pie test installs what tests need, as root "
                    + "on Debian.");
            throw;
        }
    }

    /// <summary>Its output, where it went well.</summary>
    public string Succeeded()
    {
        Assert.True(Code == 0, $"Exit code {Code}\n{Output}\n{Error}");
        return Output.Trim();
    }
}
