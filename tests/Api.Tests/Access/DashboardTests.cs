using System.Net;
using Npgsql;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Access;

public sealed class DashboardTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_browser_is_asked_for_a_password_and_accepts_an_administrators_key()
    {
        using var asked = await api.Client.GetAsync("/hangfire");
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        Assert.Equal("Basic", Assert.Single(asked.Headers.WwwAuthenticate).Scheme);

        foreach (var page in new[] { "/hangfire", "/hangfire/jobs/enqueued", "/hangfire/servers" })
        {
            using var shown = await SendAsync(HttpMethod.Get, page, Role.Admin);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
            Assert.Equal("text/html", shown.Content.Headers.ContentType?.MediaType);
            Assert.False(shown.Headers.Contains("Set-Cookie"));
            var html = await shown.Content.ReadAsStringAsync();
            Assert.DoesNotContain("Back to site", html, StringComparison.Ordinal);
            Assert.DoesNotContain(
                new NpgsqlConnectionStringBuilder(api.ConnectionString).Database!, html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Role.Reader)]
    [InlineData(Role.Submitter)]
    public async Task Only_an_administrator_can_open_the_dashboard(Role role)
    {
        using var response = await SendAsync(HttpMethod.Get, "/hangfire", role);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("/hangfire/jobs/enqueued/delete")]
    [InlineData("/hangfire/jobs/failed/requeue")]
    [InlineData("/hangfire/recurring/trigger")]
    public async Task The_dashboard_is_read_only_even_for_an_administrator(string command)
    {
        using var response = await SendAsync(HttpMethod.Post, command, Role.Admin);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("/hangfire/jobs/details/abc")]
    [InlineData("/hangfire/jobs/details/99999999999999999999")]
    [InlineData("/hangfire/stats")]
    public async Task An_invalid_page_is_not_found(string page)
    {
        using var response = await SendAsync(HttpMethod.Get, page, Role.Admin);

        Assert.Equal(
            (HttpStatusCode.NotFound, "application/problem+json"),
            (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Role role) =>
        api.Client.SendAsync(
            new HttpRequestMessage(method, path) { Headers = { Authorization = KeyedApi.Basic(api.Key(role)) } });
}
