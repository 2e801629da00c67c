using System.Net;

namespace PieService.Api.Tests.Http;

/// <summary>Rules that apply to every route, tested on each route of the OpenAPI document.</summary>
public sealed class EveryRouteTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_unknown_id_is_not_found_and_the_response_has_a_detail()
    {
        foreach (var (method, path) in (await RoutesAsync())
            .Where(route => route.Path.Contains('{', StringComparison.Ordinal)))
        {
            var problem = await api.ProblemAsync(HttpStatusCode.NotFound, new HttpMethod(method), Fill(path));
            Assert.False(
                string.IsNullOrEmpty((string?)problem["detail"]), $"{method} {path} does not say what is missing");
        }
    }

    [Fact]
    public async Task An_invalid_id_is_not_found()
    {
        foreach (var (method, path) in (await RoutesAsync())
            .Where(route => route.Path.Contains('{', StringComparison.Ordinal)))
            await api.ProblemAsync(
                HttpStatusCode.NotFound, new HttpMethod(method),
                path.Replace("{id}", "17", StringComparison.Ordinal)
                    .Replace("{exampleId}", "x", StringComparison.Ordinal)
                    .Replace("{subgroupId}", "x", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_parameter_is_named_in_the_error()
    {
        foreach (var (method, path) in (await RoutesAsync())
            .Where(route => route.Method == "GET" || route.Path.Contains('{', StringComparison.Ordinal)))
            Assert.Equal(
                ["nonsense"], await api.InvalidFieldsAsync(new HttpMethod(method), $"{Known(path)}nonsense=1"));
    }

    [Fact]
    public async Task A_POST_request_without_its_body_is_refused()
    {
        foreach (var (method, path) in (await RoutesAsync())
            .Where(route => route.Method == "POST" && !route.Path.Contains('{', StringComparison.Ordinal)))
        {
            using var response = await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            Assert.True(
                response.StatusCode is HttpStatusCode.UnsupportedMediaType or HttpStatusCode.BadRequest,
                $"{method} {path}: {response.StatusCode}");
        }
    }

    /// <summary>The path with the query parameters that it requires.</summary>
    private static string Known(string path) => Fill(path)
        + (path == "/api/v1/power" ? "?dense=0.8,0.2&pruned=0.4,0.6&seeds=30&" : "?");

    private static string Fill(string path) => path.Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal)
        .Replace("{exampleId}", $"{Guid.Empty}", StringComparison.Ordinal)
        .Replace("{subgroupId}", $"{Guid.Empty}", StringComparison.Ordinal);

    private async Task<List<(string Method, string Path)>> RoutesAsync() =>
    [
        .. from path in (await api.GetAsync("/swagger/v1/swagger.json"))["paths"]!.AsObject()
           where path.Key.StartsWith("/api/", StringComparison.Ordinal)
           from operation in path.Value!.AsObject()
           select (operation.Key.ToUpperInvariant(), path.Key),
    ];
}
