using System.Net;
using Microsoft.AspNetCore.Http;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Access;

/// <summary>Limits of a page of another site in the browser of a user of the service.</summary>
public sealed class BrowserTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string Change = $"/api/v1/sweeps/{Guid.Empty}/cancel";

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Origin", "http://localhost:8888")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_changes_nothing(string header, string value)
    {
        using var response = await SendAsync(HttpMethod.Post, Change, (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("another site", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "http://localhost")]
    [InlineData("User-Agent", "curl")]
    public async Task The_services_own_pages_and_other_clients_may_make_changes(string header, string value)
    {
        using var response = await SendAsync(HttpMethod.Post, Change, (header, value));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_is_refused_although_the_browser_sends_the_users_password()
    {
        var keyed = new KeyedApi();
        await keyed.InitializeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Change)
        {
            Headers = { { "Sec-Fetch-Site", "cross-site" } },
        };
        request.Headers.Authorization = KeyedApi.Basic(keyed.Key(Role.Admin));
        using var response = await keyed.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        await keyed.DisposeAsync();
    }

    [Theory]
    [InlineData("elsewhere.example")]
    [InlineData("elsewhere.example:5000")]
    [InlineData("127.0.0.1.elsewhere.example")]
    [InlineData("192.168.1.7:5000")]
    public async Task A_request_with_a_foreign_host_name_that_resolves_to_this_machine_is_refused(string host)
    {
        using var response = await SendAsync(HttpMethod.Get, "/api/v1/system", ("Host", host));

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        Assert.Contains("PIE_REQUIRE_KEYS", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:5000")]
    [InlineData("localhost.:5000")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("[::1]:5000")]
    public async Task The_machines_own_names_are_accepted(string host)
    {
        using var response = await SendAsync(HttpMethod.Get, "/api/v1/system", ("Host", host));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", "192.168.1.7")]
    [InlineData("192.168.1.7", "192.168.1.7")]
    public async Task Without_keys_a_connection_from_or_through_the_network_is_refused(string local, string remote)
    {
        var context = await api.Server.SendAsync(request =>
        {
            request.Request.Path = "/api/v1/system";
            request.Request.Host = new HostString("localhost");
            request.Connection.LocalIpAddress = IPAddress.Parse(local);
            request.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        });

        Assert.Equal(StatusCodes.Status403Forbidden, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/system", false)]
    [InlineData("/api/v1/nothing", false)]
    [InlineData("/api/v1/sweeps?pageSize=0", false)]
    [InlineData("/health/live", false)]
    [InlineData("/swagger/index.html", true)]
    [InlineData("/hangfire", true)]
    [InlineData("/ui/sweeps", true)]
    [InlineData("/ui/nothing", true)]
    public async Task Every_response_has_the_headers_that_restrict_browsers(string path, bool isPage)
    {
        using var response = await api.Client.GetAsync(path);

        AssertGuarded(response, isPage);
    }

    [Fact]
    public async Task A_response_to_a_too_long_address_has_these_headers_too()
    {
        using var response = await api.Client.GetAsync($"/api/v1/sweeps?name={new string('x', 9_000)}");

        Assert.Equal(HttpStatusCode.RequestUriTooLong, response.StatusCode);
        AssertGuarded(response, isPage: false);
    }

    private static void AssertGuarded(HttpResponseMessage response, bool isPage)
    {
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        Assert.Contains(
            Assert.Single(response.Headers.GetValues("Referrer-Policy")), new[] { "no-referrer", "same-origin" });
        Assert.Equal(["same-origin"], response.Headers.GetValues("Cross-Origin-Resource-Policy"));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(isPage, policy.Contains("script-src 'self';", StringComparison.Ordinal));
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, (string Name, string Value) header)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return api.Client.SendAsync(request);
    }
}
