using System.Net;
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
