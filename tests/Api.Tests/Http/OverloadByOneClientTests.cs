using System.Net;
using Microsoft.AspNetCore.Http;
using PieService.Api.Http;
using PieService.TestSupport;

namespace PieService.Api.Tests.Http;

/// <summary>A client above its rate while the places are taken by others; each address is a client here.</summary>
public sealed class OverloadByOneClientTests(OverloadByOneClientTests.SlowApi api)
    : IClassFixture<OverloadByOneClientTests.SlowApi>
{
    private const int Patience = 2000;

    [Fact]
    public async Task A_client_above_its_rate_gets_429_also_while_the_service_is_overloaded()
    {
        var limits = RequestsInProgress.Limits(Environment.ProcessorCount);
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        var others = Enumerable.Range(0, limits.PermitLimit + limits.QueueLimit + 1)
            .Select(other => StatusOfAsync($"127.1.{other / 256}.{other % 256}")).ToList();
        await Until.HoldsAsync(() => Task.FromResult(others.Any(other => other.IsCompleted)));

        var (asked, status) = (0, HttpStatusCode.ServiceUnavailable);
        for (; asked < Patience && status == HttpStatusCode.ServiceUnavailable; asked++)
            status = await StatusOfAsync("127.2.0.1");

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        await held.ReleaseAsync();
        await Task.WhenAll(others);
    }

    private async Task<HttpStatusCode> StatusOfAsync(string address)
    {
        var context = await api.Server.SendAsync(request =>
        {
            request.Request.Path = "/api/v1/webhooks";
            request.Request.Host = new HostString("localhost");
            request.Connection.RemoteIpAddress = IPAddress.Parse(address);
        });
        return (HttpStatusCode)context.Response.StatusCode;
    }

    public sealed class SlowApi() : ApiFixture(new() { ["PIE_REQUESTS_PER_SECOND"] = "2" });
}
