using System.Diagnostics;
using System.Text.Json.Nodes;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>
/// deploy/gpu-check.sh in its form for the processor, from its package and with a libtorch at another place, as on a
/// machine without .NET.
/// </summary>
[Trait("Duration", "Long")]
public sealed class GpuCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pie-gpu-check-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_package_is_small_and_its_checks_pass_with_the_libtorch_of_another_folder()
    {
        var package = Path.Combine(folder, "gpu-check.tar.gz");
        await SucceedsAsync(Path.Combine(ServiceProcess.RepositoryFolder, "deploy/gpu-check-package.sh"), package);
        Assert.InRange(new FileInfo(package).Length, 1, 60 * 1024 * 1024);
        await SucceedsAsync("tar", "xzf", package, "-C", folder);
        LinkLibtorch();
        LinkGolden("bilstm-single-IMP-50", "bert-single-dense");

        await SucceedsAsync(
            Path.Combine(folder, "gpu-check/gpu-check.sh"), "--cpu", Path.Combine(folder, "report.json"));

        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "report.json")))!;
        var golden = Directory.Exists(GoldenTrainings)
            ? ["golden training/bert-single-dense", "golden training/bilstm-single-IMP-50"]
            : new[] { "golden trainings" };
        Assert.Equal(
            ["arithmetic", .. golden, "reference outputs", "BiLSTM twice", "BERT twice"],
            report["steps"]!.AsArray().Select(step => (string)step!["name"]!));
        Assert.All(report["steps"]!.AsArray(), step => Assert.NotEqual("failed", (string)step!["state"]!));
        Assert.Equal(
            ["BiLSTM float32", "BERT float32", "BERT bf16"],
            report["speeds"]!.AsArray().Select(speed => (string)speed!["name"]!));
        Assert.All(
            report["speeds"]!.AsArray(), speed => Assert.True((double)speed!["tokensPerSecond"]! > 0));
    }

    [Fact]
    public async Task Without_a_PyTorch_the_script_states_what_to_set()
    {
        Directory.CreateDirectory(Path.Combine(folder, "trainer"));
        var script = Path.Combine(folder, "gpu-check.sh");
        File.Copy(Path.Combine(ServiceProcess.RepositoryFolder, "deploy/gpu-check.sh"), script);
        File.CreateSymbolicLink(Path.Combine(folder, "trainer/PieService.GpuCheck"), "/bin/true");

        var run = await Command.RunAsync(
            script, [], new Dictionary<string, string> { ["PYTHON"] = "/bin/false", ["PIE_LIBTORCH"] = "" }, folder);

        Assert.Equal(2, run.Code);
        Assert.Contains("Set PYTHON to an interpreter that has it", run.Error, StringComparison.Ordinal);
    }

    private static string GoldenTrainings => Path.GetFullPath(Path.Combine(
        Environment.GetEnvironmentVariable("PIE_GOLDEN") is { Length: > 0 } given
            ? given : Path.Combine(ServiceProcess.RepositoryFolder, "../shared/golden"), "training"));

    /// <summary>The libtorch of the worker, as an installed PyTorch has it.</summary>
    private void LinkLibtorch()
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "torch/lib")).FullName;
        File.WriteAllText(Path.Combine(folder, "torch/version.py"), "__version__ = '2.10.0+cpu'");
        var own = Path.GetDirectoryName(ServiceProcess.WorkerProgram)!;
        foreach (var library in Directory.EnumerateFiles(own, "lib*.so*")
            .Where(file => Path.GetFileName(file) != "libLibTorchSharp.so"))
            File.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(library)), library);
    }

    /// <summary>A folder with a few of the golden trainings; all of them take minutes.</summary>
    private void LinkGolden(params string[] trainings)
    {
        if (!Directory.Exists(GoldenTrainings)) return;
        var target = Directory.CreateDirectory(Path.Combine(folder, "golden/training")).FullName;
        foreach (var file in Directory.EnumerateFiles(GoldenTrainings).Where(file =>
            Path.GetFileName(file).StartsWith("data-", StringComparison.Ordinal)
            || trainings.Contains(Path.GetFileNameWithoutExtension(file))))
            File.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(file)), file);
    }

    /// <summary>Runs a program, which may take minutes if other tests run beside it.</summary>
    private async Task SucceedsAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PIE_LIBTORCH"] = Path.Combine(folder, "torch/lib"),
                ["PIE_GOLDEN"] = Path.Combine(folder, "golden"),
                ["PIE_MODELS"] = "",
                ["OMP_NUM_THREADS"] = "1",
                ["PIE_THREADS"] = "1",
            },
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token),
                process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            Assert.True(
                process.ExitCode == 0, $"{program} ended with {process.ExitCode}\n{await output}\n{await error}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
