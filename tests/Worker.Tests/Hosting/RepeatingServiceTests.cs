using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using PieService.Hosting;

namespace PieService.Worker.Tests.Hosting;

public sealed class RepeatingServiceTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TimeOfPauses time = new();

    public void Dispose() => time.Dispose();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_look_is_immediate_and_the_others_follow_at_the_interval()
    {
        using var service = new Looking(time, Look(takes: TimeSpan.FromSeconds(4)));
        await service.StartAsync(Test);

        Assert.Equal(TimeSpan.Zero, await service.NextAsync());
        await time.EndPauseAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(Interval, await service.NextAsync());
        await time.EndPauseAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(2 * Interval, await service.NextAsync());
        await service.StopAsync(Test);
    }

    [Fact]
    public async Task A_look_that_takes_longer_than_the_interval_is_followed_by_the_next_one_at_once()
    {
        using var service = new Looking(time, Look(takes: 3 * Interval));
        await service.StartAsync(Test);

        Assert.Equal(TimeSpan.Zero, await service.NextAsync());
        Assert.Equal(3 * Interval, await service.NextAsync());
        await service.StopAsync(Test);
    }

    /// <summary>The timeout of a statement can also be thrown as an OperationCanceledException.</summary>
    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task A_look_that_fails_is_logged_and_the_next_one_follows(Type failure)
    {
        using var service = new Looking(time, _ => throw (Exception)Activator.CreateInstance(failure)!);
        await service.StartAsync(Test);
        await service.NextAsync();

        await time.EndPauseAsync(Interval);

        Assert.Equal(Interval, await service.NextAsync());
        Assert.Equal(failure, service.Logged[0].GetType());
        await service.StopAsync(Test);
    }

    [Fact]
    public async Task The_service_ends_without_an_error_if_the_host_stops_during_a_pause()
    {
        using var service = new Looking(time, _ => Task.CompletedTask);
        await service.StartAsync(Test);
        await service.NextAsync();

        await service.StopAsync(Test).WaitAsync(Patience, Test);

        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(service.Logged);
    }

    /// <summary>The resources of a look may be disposed before it ends, so that it throws another exception.</summary>
    [Fact]
    public async Task The_service_ends_without_an_error_if_a_look_fails_because_the_host_stops()
    {
        using var service = new Looking(time, async stopping =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("stopped");
        });
        await service.StartAsync(Test);
        await service.NextAsync();

        await service.StopAsync(Test).WaitAsync(Patience, Test);

        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(service.Logged);
    }

    private Func<CancellationToken, Task> Look(TimeSpan takes) => _ =>
    {
        time.Advance(takes);
        return Task.CompletedTask;
    };

    private sealed class Looking(TimeOfPauses time, Func<CancellationToken, Task> look)
        : RepeatingService(Interval, time)
    {
        private readonly DateTimeOffset start = time.GetUtcNow();
        private readonly Channel<TimeSpan> looks = Channel.CreateUnbounded<TimeSpan>();

        public List<Exception> Logged { get; } = [];

        /// <summary>The time at which the next look began.</summary>
        public async Task<TimeSpan> NextAsync() =>
            await looks.Reader.ReadAsync(Test).AsTask().WaitAsync(Patience, Test);

        public override Task LookAsync(CancellationToken cancellation)
        {
            looks.Writer.TryWrite(Time.GetUtcNow() - start);
            return look(cancellation);
        }

        protected override void Log(Exception failure) => Logged.Add(failure);
    }

    /// <summary>Advances the time only after the service has begun a pause.</summary>
    private sealed class TimeOfPauses : FakeTimeProvider, IDisposable
    {
        private readonly SemaphoreSlim pauses = new(0);

        public void Dispose() => pauses.Dispose();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            pauses.Release();
            return timer;
        }

        public async Task EndPauseAsync(TimeSpan pause)
        {
            Assert.True(await pauses.WaitAsync(Patience, Test));
            Advance(pause);
        }
    }
}
