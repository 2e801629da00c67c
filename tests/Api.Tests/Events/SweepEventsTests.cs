using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Events;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Events;

/// <summary>The events of a sweep: those that are written, and how they are served.</summary>
public sealed class SweepEventsTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    /// <summary>The timeout of a test whose stream does not end.</summary>
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task Events_are_numbered_without_gaps_and_all_comparisons_precede_the_end()
    {
        var sweep = await EndedAsync("IMP", "MP-AI");

        var events = await ListAsync(sweep);

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(entry => (int)entry["number"]!));
        Assert.Equal(("state", "queued"), ((string)events[0]["type"]!, (string)events[0]["data"]!["state"]!));
        var end = events[^1]["data"]!;
        Assert.Equal(("succeeded", 9), ((string)end["state"]!, (int)end["progress"]!["runs"]!["succeeded"]!));
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        Assert.Equal(
            comparisons.Select(
                comparison =>
                    ((string)comparison!["id"]!, (int)comparison["pies"]!, (string)comparison["baseline"]!,
                        (double)comparison["achievedSparsity"]!["mean"]!, (string)comparison["labelledAt"]!)).Order(),
            events.Where(entry => (string?)entry["type"] == "comparison").Select(entry => entry["data"]!)
                .Select(data =>
                    ((string)data["id"]!, (int)data["pies"]!, (string)data["baseline"]!,
                        (double)data["achievedSparsity"]!, (string)data["labelledAt"]!)).Order());
    }

    [Fact]
    public async Task A_stream_has_every_event_until_the_sweep_has_ended_and_a_resumed_stream_has_only_the_rest()
    {
        var sweep = await EndedAsync("IMP");
        var listed = (await ListAsync(sweep))
            .Select(entry =>
                ((string)entry["number"]!.ToString(), (string)entry["type"]!, entry["data"]!.ToJsonString()))
            .ToList();

        var all = await StreamAsync(sweep);

        Assert.Equal(listed, all);
        Assert.Equal(all.Skip(2), await StreamAsync(sweep, header: "2"));
        Assert.Equal(all.Skip(2), await StreamAsync(sweep, "?lastEventId=2"));
        // A browser that reconnects sends both; the header is the newer one.
        Assert.Equal(all.Skip(2), await StreamAsync(sweep, "?lastEventId=0", header: "2"));
    }

    [Fact]
    public async Task After_the_last_event_the_status_is_204_which_stops_browsers_from_reconnecting()
    {
        var sweep = await EndedAsync();
        var last = (int)(await ListAsync(sweep))[^1]["number"]!;

        using var response = await api.Client.GetAsync($"/api/v1/sweeps/{sweep}/events?lastEventId={last}");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_stream_continues_while_the_sweep_is_running()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        using var response = await OpenAsync(sweep);
        await using var events = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync()
            .GetAsyncEnumerator(limit.Token);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("queued", StateOf(events.Current));

        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        var states = new List<string?>();
        while (await events.MoveNextAsync()) states.Add(StateOf(events.Current));

        Assert.Equal("succeeded", states[^1]);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_stream_of_a_sweep_that_runs_again_continues_after_its_first_end()
    {
        var (situations, sweep) =
            (api.Situations, await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1)));
        var run = Assert.Single(await situations.RunsOfAsync(sweep));
        await situations.Leases.FailAttemptAsync(
            await situations.ClaimAsync(run.Id), "broken", retry: false, CancellationToken.None);
        await UntilToldAsync(sweep, "failed");

        await api.PostAsync($"/api/v1/sweeps/{sweep}/retry-failed", new JsonObject());
        using var response = await OpenAsync(sweep);
        await situations.TrainAsync(sweep, (_, _) => 0);
        var states = new List<string?>();
        await foreach (var entry in SseParser.Create(await response.Content.ReadAsStreamAsync())
            .EnumerateAsync(limit.Token)) states.Add(StateOf(entry));

        Assert.Contains("failed", states);
        Assert.Equal("succeeded", states[^1]);
    }

    [Fact]
    public async Task Concurrent_watches_write_each_event_once()
    {
        using var stop = new CancellationTokenSource();
        var watches = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await Watch.LookAsync(CancellationToken.None);
        })).ToList();
        Guid[] sweeps;
        try
        {
            sweeps = [await EndedAsync("IMP"), await EndedAsync("RP-AI")];
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches);
        }

        foreach (var events in await Task.WhenAll(sweeps.Select(ListAsync)))
        {
            Assert.Equal(Enumerable.Range(1, events.Count), events.Select(entry => (int)entry["number"]!));
            Assert.Single(events, entry => (string?)entry["type"] == "comparison");
            Assert.Single(
                events, entry => (string?)entry["type"] == "state" && (string?)entry["data"]!["state"] == "succeeded");
        }
    }

    [Fact]
    public async Task New_labels_of_a_sweep_that_has_ended_are_reported_too()
    {
        var sweep = await EndedAsync("IMP");
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
            await db.Database.ExecuteSqlAsync(
                $"UPDATE comparisons SET labelling_asked_at = NULL WHERE sweep_id = {sweep}");
        await api.Situations.LabelAsync(sweep);

        await UntilAsync(
            sweep, async () => (await ListAsync(sweep)).Count(entry => (string?)entry["type"] == "comparison") == 2);
        Assert.Equal(
            "succeeded",
            (string?)(await ListAsync(sweep)).Last(entry => (string?)entry["type"] == "state")["data"]!["state"]);
    }

    [Fact]
    public async Task A_cancelled_sweep_ends_its_stream()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1, "IMP"));
        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject());

        Assert.Contains("\"cancelled\"", (await StreamAsync(sweep))[^1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_that_is_deleted_ends_its_stream()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        using var response = await OpenAsync(sweep);
        await using var events = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync()
            .GetAsyncEnumerator(limit.Token);
        Assert.True(await events.MoveNextAsync());
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
            await db.Sweeps.Where(row => row.Id == sweep).ExecuteDeleteAsync();

        while (await events.MoveNextAsync())
        {
            // Reads until the stream ends.
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999")]
    public async Task An_invalid_Last_Event_ID_is_named_in_the_error(string id)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", id);

        using var response = await api.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Last-Event-ID", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(
            ["lastEventId"],
            await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/events?lastEventId={id}"));
    }

    [Fact]
    public async Task A_sweep_that_does_not_exist_has_no_events() =>
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/sweeps/{Guid.NewGuid()}/events");

    [Fact]
    public async Task The_list_has_pages()
    {
        var sweep = await EndedAsync("IMP");
        var all = await ListAsync(sweep);

        var first = await ListPageAsync($"/api/v1/sweeps/{sweep}/events?pageSize=2");
        var second = await ListPageAsync(
            $"/api/v1/sweeps/{sweep}/events?pageSize=2&pageToken={first["nextPageToken"]}");

        Assert.Equal(all.Count, (int)first["totalItems"]!);
        Assert.Equal(
            [1, 2, 3, 4],
            first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(entry => (int)entry!["number"]!));
    }

    private SweepWatch Watch => api.Services.GetRequiredService<SweepWatch>();

    /// <summary>A sweep of three seeds, with an event for each of its steps.</summary>
    private async Task<Guid> EndedAsync(params string[] methods)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 3, methods));
        await UntilToldAsync(sweep, "queued");
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
        {
            await api.Situations.TrainAsync(run);
            await Watch.LookAsync(CancellationToken.None);
        }
        await api.Situations.LabelAsync(sweep);
        await UntilToldAsync(sweep, "succeeded");
        return sweep;
    }

    private Task UntilToldAsync(Guid sweep, string state) => UntilAsync(sweep, async () =>
        (string?)(await ListAsync(sweep)).LastOrDefault(entry => (string?)entry["type"] == "state")?["data"]![
            "state"] == state);

    private async Task UntilAsync(Guid sweep, Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            Assert.False(
                limit.IsCancellationRequested,
                $"Waited in vain: {string.Join('\n', (await ListAsync(sweep)).Select(entry => entry.ToJsonString()))}");
            await Watch.LookAsync(limit.Token);
        }
    }

    private async Task<List<JsonNode>> ListAsync(Guid sweep) =>
        [.. (await ListPageAsync($"/api/v1/sweeps/{sweep}/events?pageSize=1000"))["items"]!.AsArray()
            .Select(entry => entry!)];

    private async Task<JsonNode> ListPageAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await api.Client.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private async Task<HttpResponseMessage> OpenAsync(Guid sweep, string query = "", string? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/events{query}");
        if (header is not null) request.Headers.Add("Last-Event-ID", header);
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Reads a stream to its end with the parser of the framework.</summary>
    private async Task<List<(string Id, string Type, string Data)>> StreamAsync(
        Guid sweep, string query = "", string? header = null)
    {
        using var response = await OpenAsync(sweep, query, header);
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync());
        var events = new List<(string, string, string)>();
        await foreach (var entry in parser.EnumerateAsync(limit.Token))
            events.Add((parser.LastEventId, entry.EventType, JsonNode.Parse(entry.Data)!.ToJsonString()));
        return events;
    }

    private static string? StateOf(SseItem<string> entry) => (string?)JsonNode.Parse(entry.Data)!["state"];
}
