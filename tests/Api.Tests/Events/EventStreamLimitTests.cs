using System.Net;

namespace PieService.Api.Tests.Events;

public sealed class EventStreamLimitTests(EventStreamLimitTests.OneStream api) : IClassFixture<EventStreamLimitTests.OneStream>
{
    public sealed class OneStream() : ApiFixture(new() { ["PIE_EVENT_STREAMS"] = "1" });

    [Fact]
    public async Task A_stream_too_many_is_told_to_come_back_later_and_may_when_another_has_gone()
    {
        var path = $"/api/v1/sweeps/{await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync()))}/events";
        using (await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            using var refused = await api.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            using var again = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (again.StatusCode == HttpStatusCode.OK) return;
            await look.WaitForNextTickAsync(limit.Token);
        }
    }
}
