using System.Diagnostics;
using System.Text;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.TestSupport;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Machines;

/// <summary>
/// The libtorch of another folder, as an installed PyTorch has it. The folders are made of the library that was built
/// in; on a GPU none of this has run.
/// </summary>
public sealed class TorchLibraryTests : IDisposable
{
    private static readonly string Program = typeof(TorchLibrary).Assembly.Location;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_version_is_that_of_the_files_beside_the_library()
    {
        Install("__version__ = '2.11.0+cu128'", copied: []);

        var library = TorchLibrary.From(name => name == TorchLibrary.Setting ? folder[""] : null);

        Assert.Equal(
            (folder["torch/lib"], new Version(2, 11, 0), false), (library.Folder, library.Version, library.HasCuda));
        Assert.False(library.IsOfMinor(new Version(2, 10, 0)));
        Assert.True(library.IsOfMinor(new Version(2, 11, 3)));
    }

    [Fact]
    public void The_version_for_which_TorchSharp_was_built_is_the_one_that_it_states() =>
        Assert.Equal(Version.Parse(TorchSharp.torch.__version__).ToString(3), TorchLibrary.BuiltFor.ToString(3));

    [Fact]
    public void A_folder_without_libtorch_is_refused_with_the_command_that_prints_the_right_one()
    {
        var refused = Assert.Throws<FormatException>(
            () => TorchLibrary.From(name => name == TorchLibrary.Setting ? folder[""] : null));

        Assert.Contains("there is no libtorch_cpu.so", refused.Message, StringComparison.Ordinal);
        Assert.Contains("torch.__path__", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_that_was_built_in_lacks_nothing_and_another_one_lacks_names()
    {
        var own = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        Assert.NotEmpty(ElfSymbols.Read(own).Needed);
        Assert.Empty(MissingSymbols.Of(own, AppContext.BaseDirectory));

        Install("__version__ = '2.9.1'", copied: []);
        var removed = RemoveSymbol();
        var missing = MissingSymbols.Of(own, folder["torch/lib"]);

        Assert.Equal([removed], missing);
        var message = MissingSymbols.Describe(new(folder["torch/lib"], true, new(2, 9, 1)), missing);
        Assert.Contains("version 2.9.1) lacks 1 functions", message, StringComparison.Ordinal);
        Assert.Contains("c10::", message, StringComparison.Ordinal);
        Assert.DoesNotContain("_ZN", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_a_library_is_named()
    {
        Install("", copied: []);
        File.Delete(folder["torch/lib/libc10.so"]);
        File.WriteAllText(folder["torch/lib/libc10.so"], "not a library");

        var refused = Assert.Throws<InvalidOperationException>(() => MissingSymbols.Of(
            Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"), folder["torch/lib"]));

        Assert.Contains("libc10.so is cut off", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The files are copies: of links to the same file a process would show only the target.</summary>
    [Fact]
    [Trait("Duration", "Long")]
    public async Task A_trainer_computes_with_the_given_library_and_loads_no_other()
    {
        Install("__version__ = '2.10.0+cpu'", copied: ["libtorch_cpu.so", "libtorch.so", "libc10.so"]);
        using var process = Process.Start(Trainer(TrainerProcess.Trainer))!;
        try
        {
            var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(Json.Read<TrainerMessage>(first!).IsAlive);

            string[] mapped = [
                .. File.ReadLines($"/proc/{process.Id}/maps").Select(line => line.Split(' ')[^1])
                    .Where(file => Path.GetFileName(file) is "libtorch_cpu.so" or "libc10.so").Distinct()
                    .Order(StringComparer.Ordinal)];
            Assert.Equal([folder["torch/lib/libc10.so"], folder["torch/lib/libtorch_cpu.so"]], mapped);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData("__version__ = '2.10.0'", "libtorch 2.10.0")]
    [InlineData("__version__ = '2.11.1+cu130'", "libtorch 2.11.1")]
    [InlineData("", "libtorch of unknown version")]
    public async Task The_arithmetic_of_a_given_library_is_compared_and_its_version_recorded(
        string version, string name)
    {
        Install(version, copied: []);

        var report = await ArithmeticAsync();

        Assert.Equal((name, 0), (report.Host.Library, report.Failures.Count));
        Assert.True(report.Checks > 0);
    }

    [Fact]
    [Trait("Duration", "Long")]
    public async Task A_library_without_a_function_is_refused_before_it_is_loaded()
    {
        Install("__version__ = '2.9.1'", copied: []);
        RemoveSymbol();

        var run = await Command.RunAsync(
            "dotnet", [Program, TrainerProcess.Arithmetic],
            new Dictionary<string, string> { [TorchLibrary.Setting] = folder["torch/lib"] }, folder[""]);

        Assert.Equal(1, run.Code);
        Assert.Contains("lacks 1 functions that TorchSharp needs: c10::", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private async Task<ArithmeticReport> ArithmeticAsync()
    {
        using var process = Process.Start(Trainer(TrainerProcess.Arithmetic))!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return Json.Read<TrainerMessage>(output).Arithmetic!;
    }

    private ProcessStartInfo Trainer(string work) => new("dotnet", [Program, work])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        Environment = { [TorchLibrary.Setting] = folder["torch/lib"], ["PIE_DEVICE"] = "cpu", ["PIE_THREADS"] = "1" },
    };

    /// <summary>
    /// Makes the folder of an installed PyTorch: its version, and its libraries as links or as copies.
    /// </summary>
    private void Install(string version, string[] copied)
    {
        Directory.CreateDirectory(folder["torch/lib"]);
        if (version.Length > 0) File.WriteAllText(folder["torch/version.py"], version);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "lib*.so*"))
        {
            var name = Path.GetFileName(file);
            if (name == "libLibTorchSharp.so") continue;
            if (copied.Contains(name)) File.Copy(file, folder[$"torch/lib/{name}"]);
            else File.CreateSymbolicLink(folder[$"torch/lib/{name}"], file);
        }
    }

    /// <summary>Gives a function of libc10.so that TorchSharp needs another name.</summary>
    private string RemoveSymbol()
    {
        var path = folder["torch/lib/libc10.so"];
        var original = Path.Combine(AppContext.BaseDirectory, "libc10.so");
        var symbol = ElfSymbols.Read(original).Defined
            .Intersect(ElfSymbols.Read(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so")).Needed)
            .Order(StringComparer.Ordinal).First();
        File.Delete(path);
        var bytes = File.ReadAllBytes(original);
        var name = Encoding.ASCII.GetBytes($"\0{symbol}\0");
        var at = bytes.AsSpan().IndexOf(name);
        Assert.True(at >= 0);
        bytes[at + 1] = (byte)'X';
        File.WriteAllBytes(path, bytes);
        return symbol;
    }
}
