using Microsoft.Extensions.Logging.Abstractions;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.TestSupport;
using PieService.Worker.Machines;
using PieService.Worker.Resources;
using PieService.Worker.Runs;
using PieService.Worker.Tests.Trainers;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Resources;

public sealed class ResourceGuardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TrainerPool trainers = new(WorkerSettings.From(_ => null));

    public void Dispose()
    {
        trainers.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void With_enough_disk_and_memory_no_shortage_is_reported() =>
        Assert.Null(Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0")).Look());

    [Fact]
    public void A_shortage_is_reported_with_its_resource_and_its_setting()
    {
        Assert.Matches(
            "^disk: .* PIE_MIN_FREE_DISK_MIB is 2147483647$", Of(("PIE_MIN_FREE_DISK_MIB", "2147483647")).Look());
        Assert.Matches(
            "^memory: .* PIE_MIN_FREE_MEMORY_MIB is 2147483647$",
            Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "2147483647")).Look());
    }

    [Fact]
    public void Runs_of_a_checkpoint_wait_until_enough_memory_is_free()
    {
        var guard = Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"));
        guard.RequireMemory("small", 0);
        Assert.True(guard.MayTrain("small"));
        Assert.Null(guard.ShortOf);

        Assert.Throws<InsufficientMemoryException>(() => guard.RequireMemory("large", long.MaxValue));
        guard.Look();
        Assert.False(guard.MayTrain("large"));
        Assert.True(guard.MayTrain("small"));
        Assert.Contains("the checkpoint 'large'", guard.ShortOf, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shortage_of_disk_removes_a_file_of_the_cache_that_is_not_used()
    {
        var tokens = folder["data/below/cache/tokens/old.safetensors"];
        Directory.CreateDirectory(Path.GetDirectoryName(tokens)!);
        File.WriteAllText(tokens, "");
        CachedFiles.Use(tokens, TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2));

        Of(("PIE_MIN_FREE_DISK_MIB", "0")).Look();
        Assert.True(File.Exists(tokens));

        Of(("PIE_MIN_FREE_DISK_MIB", "2147483647")).Look();
        Assert.False(File.Exists(tokens));
    }

    [Fact]
    public async Task A_shortage_of_memory_ends_the_idle_trainers()
    {
        Toy.Dataset().Save(folder["tokens"]);
        await trainers.TrainAsync(
            0, new TrainingAssignment(
                Guid.NewGuid(), Toy.Recipe(Method.Dense), 7, folder["tokens"], null, folder["output"], null, null,
                ["test"]),
            wholeDevice: false, new IgnoredReport(), TestContext.Current.CancellationToken);
        var trainer = Assert.Single(ServiceProcess.ChildrenOf(Environment.ProcessId));

        Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0")).Look();
        Assert.Equal([trainer], ServiceProcess.ChildrenOf(Environment.ProcessId));

        Of(("PIE_MIN_FREE_MEMORY_MIB", "2147483647")).Look();
        Assert.Empty(ServiceProcess.ChildrenOf(Environment.ProcessId));
    }

    [Fact]
    public void In_a_container_the_reclaimable_page_cache_counts_as_available()
    {
        Directory.CreateDirectory(folder["cgroup"]);
        File.WriteAllText(folder["cgroup/memory.max"], "4000000\n");
        File.WriteAllText(folder["cgroup/memory.current"], "3500000\n");
        Assert.Equal(500_000, MachineMemory.AvailableIn(folder["cgroup"]));
        File.WriteAllText(
            folder["cgroup/memory.stat"], "anon 100\nfile 3000000\nactive_file 900000\ninactive_file 2000000\n");
        Assert.Equal(2_500_000, MachineMemory.AvailableIn(folder["cgroup"]));
        File.WriteAllText(folder["cgroup/memory.max"], "max\n");
        Assert.Null(MachineMemory.AvailableIn(folder["cgroup"]));
    }

    [Fact]
    public async Task A_worker_with_wrong_arithmetic_waits_until_it_is_stopped()
    {
        var wrong = new ArithmeticDeviation("LSTM", "T 5, B 7, D 100, H 100", "result in evaluation", 0.8, 1e-4);
        var guard = Of(new ProvenArithmetic([Report(), Report(wrong)]));

        Assert.Contains(
            "LSTM (T 5, B 7, D 100, H 100), result in evaluation", guard.ShortOf, StringComparison.Ordinal);
        Assert.Null(guard.Look());
        using var stop = new CancellationTokenSource();
        var waiting = guard.EnoughAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var right = Of(new ProvenArithmetic([Report(), Report()]));
        Assert.Null(right.ShortOf);
        await right.EnoughAsync(CancellationToken.None);
    }

    private static ArithmeticReport Report(params ArithmeticDeviation[] failures) =>
        new("cpu", "avx512 AuthenticAMD", new(new("AuthenticAMD", 26, 2, "AMD EPYC"), "libtorch 2.10.0", "glibc"), 18,
            0.5, failures);

    private ResourceGuard Of(params (string Name, string Value)[] settings) =>
        Of(new ProvenArithmetic([Report()]), settings);

    /// <summary>A guard of folders that do not exist yet.</summary>
    private ResourceGuard Of(ProvenArithmetic arithmetic, params (string Name, string Value)[] settings) => new(
        new PieFolders(folder["data/below"], folder["artifacts"], null, folder["models"]),
        WorkerSettings.From(name => settings.FirstOrDefault(setting => setting.Name == name).Value), arithmetic,
        trainers, TimeProvider.System, NullLogger<ResourceGuard>.Instance);
}
