using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.TestSupport;

namespace PieService.Api.Tests.Access;

public sealed class AuditTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_change_is_recorded_with_its_actor_operation_and_status()
    {
        using var submitter = api.ClientOf(Role.Submitter);
        var request = Situations.Request(await api.Situations.DatasetAsync());
        using var response = await submitter.PostAsJsonAsync("/api/v1/sweeps", request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);

        var entry = (await EntriesAsync("operation=submitSweep&actor=Submitter"))[0];

        Assert.Equal(("Submitter", "submitSweep", "/api/v1/sweeps", 202), Told(entry));
        Assert.NotNull(entry["keyId"]);
        Assert.NotEmpty((string)entry["traceId"]!);
    }

    [Fact]
    public async Task Changes_that_were_refused_invalid_or_failed_are_recorded_too()
    {
        var id = Guid.CreateVersion7();
        using var reader = api.ClientOf(Role.Reader);
        using var submitter = api.ClientOf(Role.Submitter);
        await reader.DeleteAsync($"/api/v1/sweeps/{id}");
        await submitter.DeleteAsync($"/api/v1/sweeps/{id}");
        await submitter.DeleteAsync($"/api/v1/sweeps/{id}?validateOnly=true");
        await ExecuteAsync("ALTER TABLE sweeps RENAME TO away");
        using (var failed = await submitter.DeleteAsync($"/api/v1/sweeps/{id}"))
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        await ExecuteAsync("ALTER TABLE away RENAME TO sweeps");

        var entries = (await EntriesAsync("operation=deleteSweep"))
            .Where(entry => (string)entry["path"]! == $"/api/v1/sweeps/{id}");

        Assert.Equal(
            [("Submitter", 500), ("Submitter", 400), ("Submitter", 404), ("Reader", 403)],
            entries.Select(entry => ((string)entry["actor"]!, (int)entry["status"]!)));
    }

    [Fact]
    public async Task Requests_that_only_read_or_validate_are_not_recorded()
    {
        var before = await CountAsync();
        using var submitter = api.ClientOf(Role.Submitter);
        await submitter.GetAsync("/api/v1/sweeps");
        foreach (var path in new[] { "/api/v1/sweeps?validateOnly=true", "/api/v1/sweeps/plan" })
        {
            using var plan = await submitter.PostAsJsonAsync(
                path, Situations.Request(await api.Situations.DatasetAsync()));
            Assert.Equal(HttpStatusCode.OK, plan.StatusCode);
        }
        await api.Client.DeleteAsync($"/api/v1/sweeps/{Guid.Empty}");

        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task A_change_that_cannot_be_recorded_is_not_made()
    {
        using var submitter = api.ClientOf(Role.Submitter);
        var dataset = await api.Situations.DatasetAsync();
        await ExecuteAsync("ALTER TABLE audit RENAME TO away");
        using var response = await submitter.DeleteAsync($"/api/v1/datasets/{dataset.Id}");
        await ExecuteAsync("ALTER TABLE away RENAME TO audit");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await submitter.GetAsync($"/api/v1/datasets/{dataset.Id}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent, (await submitter.DeleteAsync($"/api/v1/datasets/{dataset.Id}")).StatusCode);
    }

    [Fact]
    public async Task A_change_that_was_made_gets_its_response_although_its_status_cannot_be_recorded()
    {
        using var submitter = api.ClientOf(Role.Submitter);
        var dataset = await api.Situations.DatasetAsync();
        await ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
            CREATE TRIGGER refuse BEFORE UPDATE ON audit EXECUTE FUNCTION refuse()
            """);
        using var response = await submitter.DeleteAsync($"/api/v1/datasets/{dataset.Id}");
        await ExecuteAsync("DROP FUNCTION refuse CASCADE");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var entry = (await EntriesAsync("operation=deleteDataset"))
            .First(entry => ((string)entry["path"]!).EndsWith($"{dataset.Id}", StringComparison.Ordinal));
        Assert.Null(entry["status"]);
    }

    [Fact]
    public async Task Neither_a_query_nor_a_body_is_recorded()
    {
        using var submitter = api.ClientOf(Role.Submitter);
        await submitter.PostAsync(
            "/api/v1/sweeps?note=confidential",
            new StringContent("\"confidential\"", Encoding.UTF8, "application/json"));

        Assert.Equal(0, await CountAsync("audit::text LIKE '%confidential%'"));
    }

    [Fact]
    public async Task Audit_entries_are_listed_newest_first_page_by_page_while_others_are_added()
    {
        using var submitter = api.ClientOf(Role.Submitter);
        for (var change = 0; change < 5; change++)
            await submitter.PostAsync($"/api/v1/sweeps/{Guid.Empty}/pause", null);
        using var admin = api.ClientOf(Role.Admin);
        var first = (await admin.GetFromJsonAsync<JsonObject>("/api/v1/audit?operation=pauseSweep&pageSize=3"))!;
        await submitter.PostAsync($"/api/v1/sweeps/{Guid.Empty}/pause", null);
        var second =
            (await admin.GetFromJsonAsync<JsonObject>(
                $"/api/v1/audit?operation=pauseSweep&pageSize=3&pageToken={first["nextPageToken"]}"))!;

        var ids = first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(entry => (long)entry!["id"]!)
            .ToList();
        Assert.Equal(5, (int)first["totalItems"]!);
        Assert.Equal(5, ids.Count);
        Assert.Equal(ids.OrderDescending().Distinct(), ids);
    }

    [Fact]
    public async Task Entries_older_than_the_retention_time_are_deleted()
    {
        await ExecuteAsync("""
            INSERT INTO audit (at, actor, operation, path, trace_id)
            VALUES (now() - interval '366 days', 'old', 'x', '/', ''),
                (now() - interval '364 days', 'young', 'x', '/', '')
            """);

        await api.Services.GetServices<IHostedService>().OfType<Retention>().Single().LookAsync(CancellationToken.None);

        Assert.Equal((0L, 1L), (await CountAsync("actor = 'old'"), await CountAsync("actor = 'young'")));
    }

    private static (string Actor, string Operation, string Path, int Status) Told(JsonNode entry) =>
        ((string)entry["actor"]!, (string)entry["operation"]!, (string)entry["path"]!, (int)entry["status"]!);

    private async Task<IReadOnlyList<JsonNode>> EntriesAsync(string filter)
    {
        using var admin = api.ClientOf(Role.Admin);
        return [.. (await admin.GetFromJsonAsync<JsonObject>($"/api/v1/audit?pageSize=1000&{filter}"))!["items"]!
            .AsArray().Select(entry => entry!)];
    }

    private async Task<long> CountAsync(string which = "true") =>
        (long)(await Sql.ScalarAsync(api.ConnectionString, $"SELECT count(*) FROM audit WHERE {which}"))!;

    private Task ExecuteAsync(string sql) => Sql.ExecuteAsync(api.ConnectionString, sql);
}
