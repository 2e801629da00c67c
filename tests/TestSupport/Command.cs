using System.Diagnostics;
using Xunit;

namespace PieService.TestSupport;

/// <summary>The result of a program that was run to its end, as by a user.</summary>
/// <param name="Code">The exit code.</param>
public sealed record Command(int Code, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="input">The content of its standard input.</param>
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
                $"{start.FileName} cannot be started ({missing.Message}). On Debian, ./pie test as root installs the "
                    + "programs that tests need.");
            throw;
        }
    }

    /// <summary>The output of a program that succeeded; fails the test if it did not.</summary>
    public string Succeeded()
    {
        Assert.True(Code == 0, $"Exit code {Code}\n{Output}\n{Error}");
        return Output.Trim();
    }
}
