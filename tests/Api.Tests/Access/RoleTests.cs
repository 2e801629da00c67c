using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Access;

public sealed partial class RoleTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static readonly string[] Open =
        ["/", "/health/live", "/health/ready", "/health/workers/{name}", "/ui/assets/{name}"];

    private static readonly string[] ForAdmins = ["/api/v1/audit", "/api/v1/system/doctor", "/hangfire/{**path}"];

    [Fact]
    public async Task Without_a_key_only_the_open_routes_are_accessible()
    {
        foreach (var (method, route) in Routes())
        {
            using var response = await SendAsync(api.Client, method, route);
            Assert.True(
                Open.Contains(route) == (response.StatusCode != HttpStatusCode.Unauthorized),
                $"{method} {route}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData(Role.Reader)]
    [InlineData(Role.Submitter)]
    [InlineData(Role.Admin)]
    public async Task A_role_has_its_own_rights_and_those_of_lower_roles_only(Role role)
    {
        using var client = api.ClientOf(role);
        foreach (var (method, route) in Routes())
        {
            var needed = ForAdmins.Contains(route) ? Role.Admin : method == "GET" ? Role.Reader : Role.Submitter;
            using var response = await SendAsync(client, method, route);
            var isRefused = response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;
            Assert.True(
                Open.Contains(route) || isRefused == role < needed,
                $"{method} {route} as {role}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task The_swagger_page_and_its_document_are_open_because_they_contain_no_data()
    {
        Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync("/swagger/index.html")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync("/swagger/v1/swagger.json")).StatusCode);
    }

    [Fact]
    public async Task Without_a_key_an_unknown_path_is_not_distinguishable()
    {
        using var reader = api.ClientOf(Role.Reader);

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.Client.GetAsync("/api/v1/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync("/api/v1/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_refused_request_gets_the_required_role()
    {
        using var reader = api.ClientOf(Role.Reader);
        using var response = await SendAsync(reader, "DELETE", "/api/v1/sweeps/{id}");

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "This operation requires the role submitter; the key has the role reader.",
            (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]);
    }

    [Fact]
    public async Task If_no_keys_are_required_every_user_of_the_machine_is_an_administrator()
    {
        var local = new ApiFixture();
        await local.InitializeAsync();
        foreach (var (method, route) in Routes())
        {
            using var response = await SendAsync(local.Client, method, route);
            Assert.False(
                response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden,
                $"{method} {route}: {response.StatusCode}");
        }
        await local.DisposeAsync();
    }

    /// <summary>All routes of the service, so that a new route is tested too.</summary>
    private List<(string Method, string Route)> Routes()
    {
        var routes =
            (from endpoint in api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
             from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
                 ?? ["GET", "POST"]
             select (method, "/" + endpoint.RoutePattern.RawText!.Trim('/'))).ToList();
        Assert.True(routes.Count > 25, "These are not the service's routes.");
        return routes;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string route) =>
        client.SendAsync(
            new HttpRequestMessage(
                new HttpMethod(method),
                Parameter().Replace(route.Replace("/{**path}", "", StringComparison.Ordinal), $"{Guid.Empty}")));

    [GeneratedRegex(@"\{.+?\}")]
    private static partial Regex Parameter();
}
