using System.Diagnostics;
using PieService.Domain;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Machines;

public class MemoryAllocatorTests
{
    [Fact]
    public void The_tests_run_with_the_glibc_settings_of_trainers_without_tcmalloc()
    {
        Assert.Equal("glibc", MemoryAllocator.OfThisProcess());
        Assert.All(
            MemoryAllocator.Glibc.Environment,
            setting => Assert.Equal(setting.Value, Environment.GetEnvironmentVariable(setting.Key)));
    }

    [Fact]
    public void Auto_selects_tcmalloc_if_it_is_installed_and_tuned_glibc_otherwise() =>
        Assert.Equal((MemoryAllocator.TcMalloc() ?? MemoryAllocator.Glibc).Name, MemoryAllocator.Choose(null).Name);

    [Fact]
    public void An_unknown_allocator_is_refused_with_the_known_names()
    {
        var refused = Assert.Throws<FormatException>(
            () => WorkerSettings.From(name => name == "PIE_ALLOCATOR" ? "jemalloc" : null));

        Assert.Equal(
            "The setting PIE_ALLOCATOR is 'jemalloc'; it must be auto, tcmalloc, glibc or system.", refused.Message);
    }

    /// <summary>Each allocator runs in a separate process, which reports the allocator that is loaded.</summary>
    [Fact]
    [Trait("Duration", "Long")]
    public async Task A_process_reports_the_allocator_that_it_was_started_with()
    {
        foreach (var allocator in new[] { MemoryAllocator.System, MemoryAllocator.Glibc, MemoryAllocator.TcMalloc() }
            .OfType<MemoryAllocator>())
            Assert.Equal(allocator.Name, await AllocatorOfAsync(allocator));
    }

    private static async Task<string> AllocatorOfAsync(MemoryAllocator allocator)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(MemoryAllocator).Assembly.Location, TrainerProcess.Arithmetic])
        { RedirectStandardOutput = true };
        foreach (var name in MemoryAllocator.Glibc.Environment.Keys) start.Environment.Remove(name);
        foreach (var (name, value) in allocator.Environment) start.Environment[name] = value;
        // A trainer inherits the environment of its worker, including the setting of the allocator.
        start.Environment["PIE_ALLOCATOR"] = allocator.Name;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return Json.Read<TrainerMessage>(output).Arithmetic!.Host.Allocator;
    }
}
