using PieService.Worker.Machines;

namespace PieService.Worker.Tests.Machines;

public sealed class WorkerSettingsTests
{
    [Theory]
    [InlineData(null, 10)]
    [InlineData("0", 0)]
    [InlineData("600", 600)]
    public void The_interval_of_checkpoints_is_a_setting(string? given, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), With(given).CheckpointInterval);

    [Fact]
    public void A_negative_interval_is_refused_by_its_name() => Assert.Contains(
        "PIE_CHECKPOINT_SECONDS", Assert.Throws<FormatException>(() => With("-1")).Message, StringComparison.Ordinal);

    private static WorkerSettings With(string? interval) =>
        WorkerSettings.From(name => name == "PIE_CHECKPOINT_SECONDS" ? interval : null);
}
