using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace PieService.Api.Tests.Http;

/// <summary>Conventions that apply to every route.</summary>
public sealed class ConventionsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/sweeps/not-an-id", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/sweeps", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/v1/sweeps/01a20bed-4ca9-7100-9a2d-d0dd2c7edd1f/cancel", HttpStatusCode.MethodNotAllowed)]
    public async Task A_request_that_routing_refuses_gets_a_problem_with_the_fix(
        string method, string path, HttpStatusCode status) =>
        Assert.False(
            string.IsNullOrEmpty((string?)(await api.ProblemAsync(status, new HttpMethod(method), path))["detail"]));

    [Fact]
    public async Task A_wrong_media_type_is_a_problem()
    {
        using var content = new StringContent("name: a sweep", Encoding.UTF8, "application/yaml");
        using var response = await api.Client.PostAsync("/api/v1/sweeps", content);

        Assert.Equal(
            (HttpStatusCode.UnsupportedMediaType, "application/problem+json"),
            (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_client_that_does_not_accept_problem_details_gets_them_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{Guid.Empty}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/png"));
        using var response = await api.Client.SendAsync(request);

        Assert.Contains("no sweep", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_or_headers_beyond_the_limit_are_problems()
    {
        await api.ProblemAsync(
            HttpStatusCode.RequestUriTooLong, HttpMethod.Get, $"/api/v1/sweeps?name={new string('x', 9_000)}");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sweeps");
        for (var i = 0; i < 5; i++) request.Headers.Add($"X-Much-{i}", new string('x', 7_000));
        using var response = await api.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Head_responds_like_get_without_a_body()
    {
        var dataset = await api.Situations.DatasetAsync();
        using var get = await api.Client.GetAsync($"/api/v1/datasets/{dataset.Id}");
        using var head = await api.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/api/v1/datasets/{dataset.Id}"));

        Assert.Equal((HttpStatusCode.OK, get.Headers.ETag), (head.StatusCode, head.Headers.ETag));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        using var missing = await api.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/api/v1/datasets/{Guid.Empty}"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task The_head_of_a_stream_or_a_file_does_not_wait_for_its_end()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, seeds: 1));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        using var stream = await api.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/api/v1/sweeps/{sweep}/events"), patience.Token);
        using var file = await api.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/api/v1/datasets/{dataset.Id}/examples?format=parquet"),
            patience.Token);

        Assert.Equal(
            ("text/event-stream", "application/vnd.apache.parquet"),
            (stream.Content.Headers.ContentType?.MediaType, file.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await file.Content.ReadAsByteArrayAsync(patience.Token));
    }

    [Fact]
    public async Task A_poller_gets_304_until_the_sweep_has_changed()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        using var first = await api.Client.GetAsync($"/api/v1/sweeps/{sweep}");
        var tag = first.Headers.ETag!;

        using var unchanged = await PollAsync(sweep, tag);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.NotNull(unchanged.Headers.RetryAfter);
        Assert.Empty(await unchanged.Content.ReadAsByteArrayAsync());

        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        using var changed = await PollAsync(sweep, tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);
        Assert.Null(changed.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_page_token_is_valid_in_its_own_list_only()
    {
        var dataset = await api.Situations.DatasetAsync();
        var page = await api.GetAsync($"/api/v1/datasets/{dataset.Id}/examples?split=test&pageSize=2");
        var token = (string)page["nextPageToken"]!;

        await api.GetAsync($"/api/v1/datasets/{dataset.Id}/examples?pageSize=5&split=test&pageToken={token}");
        Assert.Equal(
            ["pageToken"],
            await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/datasets/{dataset.Id}/examples?pageToken={token}"));
        Assert.Equal(
            ["pageToken"], await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/datasets?pageToken={token}"));
    }

    [Fact]
    public async Task Pages_stay_exact_while_rows_are_added()
    {
        var dataset = await api.Situations.DatasetAsync();
        var before = new List<Guid>();
        for (var i = 0; i < 5; i++) before.Add(await api.SubmitAsync(Situations.Request(dataset, seeds: 1)));
        var (seen, token) = (new List<Guid>(), "");
        do
        {
            var page = await api.GetAsync($"/api/v1/sweeps?datasetId={dataset.Id}&pageSize=2{token}");
            seen.AddRange(page["items"]!.AsArray().Select(sweep => (Guid)sweep!["id"]!));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
            await api.SubmitAsync(Situations.Request(dataset, seeds: 1));
        }
        while (token is not null);

        Assert.Equal(before.AsEnumerable().Reverse(), seen);
    }

    private async Task<HttpResponseMessage> PollAsync(Guid sweep, EntityTagHeaderValue known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}");
        request.Headers.IfNoneMatch.Add(known);
        return await api.Client.SendAsync(request);
    }
}
