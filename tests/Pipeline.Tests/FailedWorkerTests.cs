using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

/// <summary>Failures of a worker, whose runs are not at fault.</summary>
public sealed class FailedWorkerTests
{
    [Fact]
    public async Task A_worker_that_loses_its_device_counts_no_attempt_and_trains_when_the_device_is_back()
    {
        var gone = Path.Combine(Path.GetTempPath(), $"pie-gone-{Guid.NewGuid():N}");
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("DOTNET_STARTUP_HOOKS", typeof(FailedWorkerTests).Assembly.Location),
            (StartupHook.NoDevice, gone));
        await File.WriteAllTextAsync(gone, "");
        try
        {
            await TrainsAfterAsync(
                service, "The trainer process ended with exit code 1\\. .*The device is gone", () => File.Delete(gone));
        }
        finally
        {
            File.Delete(gone);
        }
    }

    [Fact]
    public async Task A_worker_that_cannot_write_its_cache_counts_no_attempt_and_trains_when_it_can()
    {
        await using var service = await ServiceFixture.OpenAsync(("PIE_SLOTS", "1"));
        // A file in the place of the folder of the datasets.
        var tokens = Path.Combine(service.DataFolder, "cache", "tokens");
        Directory.CreateDirectory(Path.GetDirectoryName(tokens)!);
        await File.WriteAllTextAsync(tokens, "");

        await TrainsAfterAsync(service, ".*cache/tokens", () => File.Delete(tokens));
    }

    /// <summary>Submits a run that the worker cannot train, and lets it succeed after the repair.</summary>
    private static async Task TrainsAfterAsync(ServiceFixture service, string reason, Action repair)
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 1);
        string? shortOf = null;
        await service.UntilAsync(
            "the worker reports it", async () => (shortOf = await ShortOfAsync(service)) is not null);
        Assert.Matches($"^a working device or disk: {reason}", shortOf);

        repair();
        await service.UntilEndedAsync(sweep);

        Assert.Equal(1, (int)(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))[0]["attempts"]!);
        await service.UntilAsync("it has no problem", async () => await ShortOfAsync(service) is null);
    }

    private static async Task<string?> ShortOfAsync(ServiceFixture service) =>
        (string?)(await service.GetAsync("/api/v1/system"))["workers"]![0]!["shortOf"];
}
