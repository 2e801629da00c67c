using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Http;

public sealed class ProblemTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("GET", "/api/v1/sweeps?pageSize=0", 400)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/sweeps/no-uuid", 404)]
    [InlineData("PUT", "/api/v1/sweeps", 405)]
    [InlineData("POST", "/api/v1/sweeps", 415)]
    public async Task A_client_that_accepts_tables_only_gets_problem_details_too(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Accept", "text/csv");

        using var answer = await api.Client.SendAsync(request);

        Assert.Equal(
            (status, "application/problem+json"),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.All(
            ["type", "title", "status", "detail", "instance", "traceId"], field => Assert.NotNull(problem[field]));
    }

    [Fact]
    public async Task A_problem_for_a_wrong_method_lists_the_allowed_methods()
    {
        using var answer = await api.Client.PutAsync("/api/v1/sweeps", null);

        Assert.Contains(
            "GET, POST", (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["detail"],
            StringComparison.Ordinal);
    }
}
