using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.RateLimiting;
using PieService.Api.Http;
using PieService.TestSupport;

namespace PieService.Api.Tests.Http;

/// <summary>The service under more requests than it can process; a locked table makes them wait.</summary>
public sealed class OverloadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int TooMany = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly ConcurrencyLimiterOptions Limits = RequestsInProgress.Limits(Environment.ProcessorCount);
    private static readonly int Accepted = Limits.PermitLimit + Limits.QueueLimit;

    [Fact]
    public async Task Requests_beyond_the_limit_are_refused_at_once_and_the_others_are_answered()
    {
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        var requests = await FillAsync();
        using (var refused = await await Task.WhenAny(requests))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        }
        foreach (var probe in (string[])["/health/live", "/health/ready"])
        {
            using var response = await api.Client.GetAsync(probe);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        await held.ReleaseAsync();

        var statuses = (await Task.WhenAll(requests)).CountBy(response => response.StatusCode).ToDictionary();
        Assert.Equal((Accepted, TooMany), (statuses[HttpStatusCode.OK], statuses[HttpStatusCode.ServiceUnavailable]));
    }

    [Theory]
    [InlineData("GET", "webhooks")]
    [InlineData("POST", "sweeps")]
    [InlineData("POST", "sweeps/plan")]
    public async Task A_request_with_a_body_is_refused_like_one_without(string method, string path)
    {
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        var requests = await FillAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        using var response = await api.Client.SendAsync(request).WaitAsync(Patience);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await held.ReleaseAsync();
        await Task.WhenAll(requests);
    }

    [Theory]
    [InlineData("sweeps", "cancel")]
    [InlineData("sweeps", "pause")]
    [InlineData("imports", "cancel")]
    public async Task Requests_that_reduce_the_load_are_not_refused(string resource, string operation)
    {
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        var requests = await FillAsync();

        using var response =
            await api.Client.PostAsync($"/api/v1/{resource}/{Guid.NewGuid()}/{operation}", content: null)
                .WaitAsync(Patience);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await held.ReleaseAsync();
        await Task.WhenAll(requests);
    }

    /// <summary>The document is larger than what the server buffers for a client that does not read.</summary>
    [Fact]
    public async Task Clients_that_do_not_read_their_responses_occupy_no_places()
    {
        var unread = new List<HttpResponseMessage>();
        for (var client = 0; client < Limits.PermitLimit; client++)
        {
            unread.Add(
                await api.Client.GetAsync("/swagger/v1/swagger.json", HttpCompletionOption.ResponseHeadersRead)
                    .WaitAsync(Patience));
        }

        using var response = await api.Client.GetAsync("/api/v1/webhooks").WaitAsync(Patience);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        unread.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task Clients_that_do_not_send_their_bodies_occupy_no_places()
    {
        using var over = new CancellationTokenSource();
        var unsent = Enumerable.Range(0, Accepted).Select(_ => api.Client.PostAsync(
            "/api/v1/sweeps",
            new StreamContent(new Pipe().Reader.AsStream())
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            over.Token)).ToList();

        using var response = await api.Client.GetAsync("/api/v1/webhooks").WaitAsync(Patience);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await over.CancelAsync();
        await Task.WhenAll(unsent).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>
    /// Sends so many requests that all places are taken, as many wait as may, and the others were refused.
    /// </summary>
    private async Task<List<Task<HttpResponseMessage>>> FillAsync()
    {
        var requests = Enumerable.Range(0, Accepted + TooMany)
            .Select(_ => api.Client.GetAsync("/api/v1/webhooks")).ToList();
        await Until.HoldsAsync(() => Task.FromResult(requests.Count(request => request.IsCompleted) == TooMany));
        return requests;
    }
}
