using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PieService.Api.Tests.Http;
using PieService.TestSupport;

namespace PieService.Api.Tests.Datasets;

/// <summary>The stop of a service with requests and imports in progress, for which the host has 30 s.</summary>
public sealed class StopTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_upload_is_cancelled_and_a_slow_request_does_not_delay_the_end_of_waiting_imports()
    {
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "datasets IN EXCLUSIVE MODE");
        await held.ExecuteAsync("LOCK TABLE webhooks");
        using var running = await SendAsync("respond-async");
        using var waiting = await SendAsync("respond-async");
        Assert.Equal(HttpStatusCode.Accepted, waiting.StatusCode);
        var upload = SendAsync("handling=strict");
        var slow = api.Client.GetAsync("/api/v1/webhooks");
        await Until.HoldsAsync(async () => await api.AskAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            >= 3);

        api.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Assert.ThrowsAsync<HttpRequestException>(() => upload.WaitAsync(Patience));
        await Until.HoldsAsync(
            async () => await api.AskAsync<bool>($"""
                SELECT state = 'failed' AND problem->>'title' = 'The import was interrupted.'
                FROM imports WHERE '{waiting.Headers.Location}' LIKE '%' || id
                """),
            "the waiting import is marked as interrupted", Patience, () => "");
        Assert.False(slow.IsCompleted);
        await held.ReleaseAsync();
        await slow.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private async Task<HttpResponseMessage> SendAsync(string prefer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets")
        {
            Content = DatasetApi.Form(
                """{ "name": "stop", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" } }""",
                [("train", Encoding.UTF8.GetBytes("text,label\nfine,good\ndull,bad\n")),
                    ("test", Encoding.UTF8.GetBytes("text,label\nlovely,good\n"))]),
            Headers = { { "Prefer", prefer } },
        };
        return await api.Client.SendAsync(request);
    }
}
