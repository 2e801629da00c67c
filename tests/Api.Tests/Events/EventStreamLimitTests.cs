using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Access;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Events;

public sealed class EventStreamLimitTests(EventStreamLimitTests.OneStream api)
    : IClassFixture<EventStreamLimitTests.OneStream>
{
    public sealed class OneStream() : ApiFixture(new() { ["PIE_EVENT_STREAMS"] = "1" });

    public sealed class TwoStreams() : KeyedApi(new() { ["PIE_EVENT_STREAMS"] = "2" });

    [Fact]
    public async Task One_client_can_open_half_of_the_streams_and_other_clients_the_rest()
    {
        var keyed = new TwoStreams();
        await keyed.InitializeAsync();
        using var submitter = keyed.ClientOf(Role.Submitter);
        using var reader = keyed.ClientOf(Role.Reader);
        using var admin = keyed.ClientOf(Role.Admin);
        using var submitted = await submitter.PostAsJsonAsync(
            "/api/v1/sweeps", Situations.Request(await keyed.Situations.DatasetAsync()));
        var sweep = (Guid)(await submitted.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;

        using var first = await OpenAsync(reader, sweep);
        using var second = await OpenAsync(reader, sweep);
        using var other = await OpenAsync(admin, sweep);
        using var third = await OpenAsync(submitter, sweep);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK,
                HttpStatusCode.ServiceUnavailable],
            new[] { first, second, other, third }.Select(answer => answer.StatusCode));
        await keyed.DisposeAsync();
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, Guid sweep) =>
        client.GetAsync($"/api/v1/sweeps/{sweep}/events", HttpCompletionOption.ResponseHeadersRead);

    [Fact]
    public async Task A_stream_beyond_the_limit_is_refused_until_another_one_has_ended()
    {
        var path =
            $"/api/v1/sweeps/{await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync()))}/events";
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
