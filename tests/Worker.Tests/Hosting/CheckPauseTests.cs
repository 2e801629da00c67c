using PieService.Hosting;

namespace PieService.Worker.Tests.Hosting;

public sealed class CheckPauseTests
{
    [Theory]
    [InlineData(0.001, 0.1)]
    [InlineData(0.5, 2)]
    [InlineData(3, 5)]
    public void The_pause_is_four_times_the_check_within_the_bounds(double check, double pause) =>
        Assert.Equal(
            TimeSpan.FromSeconds(pause),
            CheckPause.After(TimeSpan.FromSeconds(check), TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5)));
}
