using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.Http;
using PieService.Api.Uploads;
using PieService.TestSupport;

namespace PieService.Api.Tests.Datasets;

/// <summary>Prefer: respond-async: an upload that is imported in the background.</summary>
public sealed class LaterImportTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Definition =
        """{ "name": "later", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" } }""";
    private const string Train = "text,label\nfine,good\ndull,bad\n";
    private const string Test = "text,label\nlovely,good\n";

    [Fact]
    public async Task An_asynchronous_import_returns_at_once_and_creates_a_dataset()
    {
        using var received = await SendAsync(Test);

        Assert.Equal(HttpStatusCode.Accepted, received.StatusCode);
        Assert.Equal(["respond-async"], received.Headers.GetValues("Preference-Applied"));
        Assert.NotNull(received.Headers.RetryAfter);
        var import = await EndedAsync(received);
        Assert.Equal(
            ("succeeded", 3, null),
            ((string?)import["state"], (int)import["progress"]!["examples"]!, import["problem"]));
        Assert.Equal((long)import["progress"]!["bytesTotal"]!, (long)import["progress"]!["bytesRead"]!);
        Assert.Equal(
            2, (int)(await api.GetAsync($"/datasets/{import["datasetId"]}"))["splits"]!["train"]!["examples"]!);
        Assert.Contains(
            (string)import["id"]!,
            (await api.GetAsync("/imports?state=succeeded"))["items"]!.AsArray().Select(item => (string?)item!["id"]));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_failed_import_has_the_position_of_the_error_and_leaves_no_trace()
    {
        var before = await api.AskAsync<long>("SELECT count(*) FROM datasets");
        using var received = await SendAsync("text,label\nlovely,good,more\n");

        var import = await EndedAsync(received);
        Assert.Equal(("failed", null), ((string?)import["state"], import["datasetId"]));
        Assert.Equal(
            (422, "test", 2),
            ((int)import["problem"]!["status"]!, (string?)import["problem"]!["file"], (int)import["problem"]![
                "line"]!));
        Assert.NotNull(import["problem"]!["type"]);
        Assert.Equal($"{received.Headers.Location}", (string?)import["problem"]!["instance"]);
        Assert.Equal(before, await api.AskAsync<long>("SELECT count(*) FROM datasets"));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_name_with_a_character_that_PostgreSQL_cannot_store_does_not_stop_its_import_or_the_next_one()
    {
        const string json =
            """{ "name": "later", "task": "singleLabel", "format": "jsonl", "columns": { "text": "text", "label": "label" } }""";
        using var request = Request(
            """{"text":"lovely","label":"good"}""" + "\n", json, train: """{"a\u0000":1}""" + "\n");
        using var odd = await api.Client.SendAsync(request);
        using var next = await SendAsync(Test);

        Assert.Equal("failed", (string?)(await EndedAsync(odd))["state"]);
        Assert.Equal("succeeded", (string?)(await EndedAsync(next))["state"]);
    }

    [Fact]
    public async Task Errors_of_the_request_are_reported_at_once()
    {
        using var request = Request(Test, "{}");
        using var answer = await api.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task An_import_can_be_cancelled_while_it_is_running()
    {
        await using var blocked = await BlockStoringAsync(api);
        using var received = await SendAsync(Test);
        await RunsAsync(api, received);

        using var cancelled = await api.Client.PostAsync($"{received.Headers.Location}/cancel", null);

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal("cancelled", (string?)(await EndedAsync(received))["state"]);
        await blocked.ReleaseAsync();
        await NothingIsLeftAsync();
        using var again = await api.Client.PostAsync($"{received.Headers.Location}/cancel", null);
        Assert.Equal("cancelled", (string?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["state"]);
    }

    /// <summary>Without waiting for the heartbeat to be too old.</summary>
    [Fact]
    public async Task An_import_that_is_running_when_the_service_stops_is_marked_as_interrupted()
    {
        await using var stopping = new DatasetApi();
        await stopping.InitializeAsync();
        await using var blocked = await BlockStoringAsync(stopping);
        using var request = Request(Test, Definition);
        using var received = await stopping.Client.SendAsync(request);
        await RunsAsync(stopping, received);

        await stopping.Services.GetRequiredService<ImportQueue>().StopAsync(CancellationToken.None);

        var import = await stopping.GetAsync($"/imports/{await IdAsync(received)}");
        Assert.Equal(("failed", 503), ((string?)import["state"], (int?)import["problem"]?["status"]));
        Assert.Empty(Directory.GetFileSystemEntries(stopping.Uploads));
    }

    [Fact]
    public async Task The_files_of_an_import_that_is_cancelled_while_it_waits_are_deleted_before_its_turn()
    {
        await using var blocked = await BlockStoringAsync(api);
        using var first = await SendAsync(Test);
        await RunsAsync(api, first);
        using var waiting = await SendAsync(Test);
        Assert.Equal(2, Directory.GetFileSystemEntries(api.Uploads).Length);

        using var cancelled = await api.Client.PostAsync($"{waiting.Headers.Location}/cancel", null);

        await Until.HoldsAsync(() => Task.FromResult(Directory.GetFileSystemEntries(api.Uploads).Length == 1));
        await blocked.ReleaseAsync();
        Assert.Equal("succeeded", (string?)(await EndedAsync(first))["state"]);
        using var next = await SendAsync(Test);
        Assert.Equal("succeeded", (string?)(await EndedAsync(next))["state"]);
        Assert.Equal("cancelled", (string?)(await EndedAsync(waiting))["state"]);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task An_import_whose_process_has_ended_is_marked_as_interrupted()
    {
        var id = await api.AskAsync<Guid>("""
            INSERT INTO imports (id, name, state, bytes_total, bytes_read, examples_stored, beat_at)
            VALUES (gen_random_uuid(), 'lost', 'running', 1, 0, 0, now() - interval '31 seconds') RETURNING id
            """);

        await Until.HoldsAsync(async () => (string?)(await api.GetAsync($"/imports/{id}"))["state"] == "failed");

        var problem = (await api.GetAsync($"/imports/{id}"))["problem"]!;
        Assert.Contains("again", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(
            ("about:blank", $"/api/v1/imports/{id}"), ((string?)problem["type"], (string?)problem["instance"]));
    }

    [Fact]
    public async Task The_same_upload_under_the_same_key_is_imported_once_whatever_its_boundaries()
    {
        using var first = await SendAsync(Test, key: "upload");
        using var second = await SendAsync(Test, key: "upload");
        using var other = await SendAsync(Test + "poor,bad\n", key: "upload");

        Assert.Equal(await IdAsync(first), await IdAsync(second));
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    /// <summary>Until it is released, an import reaches the storing and then waits.</summary>
    private static Task<LockedTable> BlockStoringAsync(DatasetApi api) =>
        LockedTable.OfAsync(api.ConnectionString, "datasets IN EXCLUSIVE MODE");

    private static Task RunsAsync(DatasetApi api, HttpResponseMessage received) => Until.HoldsAsync(
        async () => (string?)(await api.GetAsync($"/imports/{await IdAsync(received)}"))["state"] == "running");

    private async Task<HttpResponseMessage> SendAsync(string test, string? key = null)
    {
        using var request = Request(test, Definition);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await api.Client.SendAsync(request);
    }

    private static HttpRequestMessage Request(string test, string definition, string train = Train)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets")
        {
            Content = DatasetApi.Form(
                definition, [("train", Encoding.UTF8.GetBytes(train)), ("test", Encoding.UTF8.GetBytes(test))]),
        };
        request.Headers.Add("Prefer", "handling=lenient, respond-async; wait=10");
        return request;
    }

    private async Task<JsonNode> EndedAsync(HttpResponseMessage received)
    {
        JsonNode? import = null;
        var id = await IdAsync(received);
        await Until.HoldsAsync(async () => (import = await api.GetAsync($"/imports/{id}"))["finishedAt"] is not null);
        return import!;
    }

    private Task NothingIsLeftAsync() => Until.HoldsAsync(() =>
        Task.FromResult(Directory.GetFileSystemEntries(api.Uploads).Length == 0));

    private static async Task<string> IdAsync(HttpResponseMessage received) =>
        (string)JsonNode.Parse(await received.Content.ReadAsStringAsync())!["id"]!;
}
