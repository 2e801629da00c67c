using Microsoft.Extensions.Time.Testing;
using PieService.Worker.Runs;

namespace PieService.Worker.Tests.Runs;

public sealed class CheckpointTimesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_checkpoint_is_due_when_the_interval_since_the_last_one_has_passed()
    {
        var times = new CheckpointTimes(Interval, needed: null, time);
        Assert.False(times.IsDue(1));
        time.Advance(Interval);
        Assert.True(times.IsDue(2));
        times.Written();
        Assert.False(times.IsDue(3));
        time.Advance(Interval);
        Assert.True(times.IsDue(4));
    }

    [Fact]
    public void A_checkpoint_that_was_not_written_stays_due()
    {
        var times = new CheckpointTimes(Interval, needed: null, time);
        time.Advance(Interval);
        Assert.True(times.IsDue(1));
        Assert.True(times.IsDue(2));
    }

    [Fact]
    public void The_needed_checkpoint_is_due_at_any_time()
    {
        var times = new CheckpointTimes(Interval, needed: 3, time);
        Assert.Equal([false, false, true], new[] { 1, 2, 3 }.Select(times.IsDue));
    }

    [Fact]
    public void Without_an_interval_a_checkpoint_is_due_after_every_epoch()
    {
        var times = new CheckpointTimes(TimeSpan.Zero, needed: null, time);
        times.Written();
        Assert.True(times.IsDue(1));
    }
}
