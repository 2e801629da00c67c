using System.Diagnostics;
using PieService.Domain;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Machines;

public class MemoryAllocatorTests
{
    [Fact]
    public void The_tests_train_with_the_settings_of_glibc_that_trainers_get_without_tcmalloc()
    {
        Assert.Equal("glibc", MemoryAllocator.OfThisProcess());
        Assert.All(
            MemoryAllocator.Glibc.Environment,
            setting => Assert.Equal(setting.Value, Environment.GetEnvironmentVariable(setting.Key)));
    }

    [Fact]
    public void Auto_takes_tcmalloc_where_it_is_installed_and_tuned_glibc_elsewhere() =>
        Assert.Equal((MemoryAllocator.TcMalloc() ?? MemoryAllocator.Glibc).Name, MemoryAllocator.Choose(null).Name);

    [Fact]
    public void An_unknown_allocator_is_refused_with_the_names_that_there_are()
    {
        var refused = Assert.Throws<FormatException>(
            () => WorkerSettings.From(name => name == "PIE_ALLOCATOR" ? "jemalloc" : null));

        Assert.Equal(
            "The setting PIE_ALLOCATOR is 'jemalloc'; it must be auto, tcmalloc, glibc or system.", refused.Message);
    }

    /// <summary>Each in a process of its own, which reports what it really runs with.</summary>
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
        // A trainer has the environment of its worker, with the setting that chose its allocator.
        start.Environment["PIE_ALLOCATOR"] = allocator.Name;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return Json.Read<TrainerMessage>(output).Arithmetic!.Host.Allocator;
    }
}
