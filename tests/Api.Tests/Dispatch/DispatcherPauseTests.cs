using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Dispatch;
using PieService.TestSupport;

namespace PieService.Api.Tests.Dispatch;

/// <summary>The dispatcher with a clock that stands still, so that its pauses have the shortest duration.</summary>
public sealed class DispatcherPauseTests(DispatcherPauseTests.PausedApi api)
    : IClassFixture<DispatcherPauseTests.PausedApi>
{
    [Fact]
    public async Task A_change_causes_a_check_only_when_the_pause_after_the_last_check_is_over()
    {
        await Until.HoldsAsync(() => Task.FromResult(!api.Time.Held.IsEmpty));
        await Sql.ExecuteAsync(api.ConnectionString, """
            INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
            VALUES ('worker', 'here', 1, 'cpu', '{}', now(), now())
            """);
        await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));

        Assert.Equal(0L, await MessagesAsync());
        api.Time.Release();
        await Until.HoldsAsync(async () => await MessagesAsync() == 1);
    }

    private async Task<long> MessagesAsync() => (long)(await Sql.ScalarAsync(
        api.ConnectionString, "SELECT count(*) FROM hangfire.jobqueue WHERE queue = 'b-runs'"))!;

    public sealed class PausedApi : ApiFixture
    {
        internal HeldPauses Time { get; } = new();

        protected override void ConfigureServices(IServiceCollection services) =>
            services.AddSingleton<TimeProvider>(Time);
    }

    /// <summary>Holds the timers of the dispatcher's shortest pause until they are released.</summary>
    internal sealed class HeldPauses : TimeProvider
    {
        private volatile bool isReleased;

        public ConcurrentBag<ITimer> Held { get; } = [];

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (isReleased || dueTime != Dispatcher.ShortestPause)
                return base.CreateTimer(callback, state, dueTime, period);
            var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Held.Add(timer);
            return timer;
        }

        public void Release()
        {
            isReleased = true;
            foreach (var timer in Held) timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
