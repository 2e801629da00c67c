using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

public sealed class UnreadableOutputTests
{
    /// <summary>PostgreSQL refuses NUL, and half of the pair of surrogates that is cut at 500 characters.</summary>
    [Fact]
    public async Task A_run_whose_trainer_wrote_what_the_database_refuses_fails_with_the_reason()
    {
        var once = Path.GetTempFileName();
        await File.WriteAllTextAsync(once, $"bad\0byte\n{new string('x', 499)}\U0001F600");
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("PIE_MAX_ATTEMPTS", "1"),
            ("DOTNET_STARTUP_HOOKS", typeof(UnreadableOutputTests).Assembly.Location), (StartupHook.File, once));

        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 500, seeds: 1);
        await service.UntilEndedAsync(sweep, "failed");

        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))[0];
        Assert.Equal((1, 0), ((int)run["attempts"]!, (int)run["interruptions"]!));
        Assert.Matches(
            "^The trainer process was ended by signal 6: .*\nIts last output:\nbad byte\nx{499}\ufffd$",
            (string?)run["error"]);
    }
}
