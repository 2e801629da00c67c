using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.Datasets;
using PieService.Api.Tests.Http;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Idempotency;

/// <summary>A repeated create request creates nothing twice.</summary>
public sealed class IdempotencyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_same_key_and_request_give_the_same_answer_and_one_sweep()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());

        using var first = await SubmitAsync("k1", request);
        using var second = await SubmitAsync("k1", request);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(["true"], second.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(1, await SweepsOfAsync(request));
    }

    [Fact]
    public async Task A_key_of_another_request_is_a_conflict()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());
        using var first = await SubmitAsync("k2", request);
        request["name"] = "another";

        using var second = await SubmitAsync("k2", request);

        Assert.Equal(
            (HttpStatusCode.Conflict, "application/problem+json"),
            (second.StatusCode, second.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_refused_request_can_be_corrected_under_its_key()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());
        request["name"] = "";
        using var refused = await SubmitAsync("k3", request);
        request["name"] = "mended";
        using var mended = await SubmitAsync("k3", request);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Accepted), (refused.StatusCode, mended.StatusCode));
    }

    [Fact]
    public async Task Many_concurrent_requests_create_one_sweep()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await SubmitAsync("k4", request);
            return response.StatusCode;
        }));

        Assert.Contains(HttpStatusCode.Accepted, answers);
        Assert.All(
            answers, status => Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{status}"));
        Assert.Equal(1, await SweepsOfAsync(request));
    }

    [Fact]
    public async Task The_next_attempt_finds_work_that_was_done_before_an_interruption()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());
        using var first = await SubmitAsync("k5", request);
        var id = (Guid)JsonNode.Parse(await first.Content.ReadAsStringAsync())!["id"]!;
        // The state after a process was killed between storing the sweep and sending the response.
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
            await db.Database.ExecuteSqlAsync(
                $"UPDATE idempotent_requests SET status = NULL, body = NULL, location = NULL WHERE key = 'k5'");

        using var second = await SubmitAsync("k5", request);

        var text = await second.Content.ReadAsStringAsync();
        Assert.True(second.IsSuccessStatusCode, text);
        Assert.Equal(id, (Guid)JsonNode.Parse(text)!["id"]!);
        Assert.Equal(1, await SweepsOfAsync(request));
    }

    [Fact]
    public async Task A_webhook_too_is_created_once_for_each_key()
    {
        var request = new JsonObject { ["url"] = "https://example.org/hook" };

        using var first = await SubmitAsync("k7", request, "/api/v1/webhooks");
        using var second = await SubmitAsync("k7", request, "/api/v1/webhooks");
        request["url"] = "https://example.org/other";
        using var other = await SubmitAsync("k7", request, "/api/v1/webhooks");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal(1, (int)(await api.GetAsync("/api/v1/webhooks"))["totalItems"]!);
    }

    [Fact]
    public async Task A_request_is_refused_soon_if_too_many_others_with_a_key_are_in_progress()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "idempotent_requests");
        // Uploads have no place among the requests in progress, of which there are fewer on a small machine.
        var others = Enumerable.Range(0, 16).Select(other => ImportAsync($"other {other}")).ToList();
        await Until.HoldsAsync(async () => (long)(await Sql.ScalarAsync(
            api.ConnectionString,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!
            == others.Count);

        using var refused = await SubmitAsync("k8", request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains(
            "Too many requests with the header Idempotency-Key", await refused.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        await held.ReleaseAsync();
        Assert.All(await Task.WhenAll(others), status => Assert.Equal(HttpStatusCode.BadRequest, status));
        using var accepted = await SubmitAsync("k8", request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task A_key_expires_after_a_day()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync());
        using var first = await SubmitAsync("k6", request);
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
            await db.Database.ExecuteSqlAsync(
                $"UPDATE idempotent_requests SET created_at = now() - interval '25 hours' WHERE key = 'k6'");

        using var second = await SubmitAsync("k6", request);

        Assert.Equal(2, await SweepsOfAsync(request));
    }

    [Theory]
    [InlineData("x", 256)]
    [InlineData("\u00e9", 1)]
    public async Task An_invalid_key_is_named_in_the_error(string character, int count)
    {
        using var response = await SubmitAsync(
            string.Concat(Enumerable.Repeat(character, count)),
            Situations.Request(await api.Situations.DatasetAsync()));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Idempotency-Key", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<int> SweepsOfAsync(JsonNode request) =>
        (int)(await api.GetAsync($"/api/v1/sweeps?datasetId={(Guid)request["datasetId"]!}"))["totalItems"]!;

    /// <summary>Sends a dataset without a definition.</summary>
    private async Task<HttpStatusCode> ImportAsync(string key)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets")
        {
            Content = DatasetApi.Form("{}", []),
            Headers = { { "Idempotency-Key", key } },
        };
        using var response = await api.Client.SendAsync(message);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SubmitAsync(string key, JsonNode request, string path = "/api/v1/sweeps")
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(request) };
        message.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await api.Client.SendAsync(message);
    }
}
