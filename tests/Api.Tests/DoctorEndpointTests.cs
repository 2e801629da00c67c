using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.Access;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Tests;

public sealed class DoctorEndpointTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private const string Doctor = "/api/v1/system/doctor";

    [Fact]
    public async Task A_service_can_run_a_sweep_once_a_worker_takes_runs()
    {
        var alone = await ExamineAsync();
        Assert.False((bool)alone["canRun"]!);
        Assert.Equal("problem", (string?)Of(alone, "worker")["state"]);
        Assert.Contains("./pie up", (string?)Of(alone, "worker")["advice"], StringComparison.Ordinal);
        Assert.Equal(
            ("ok", "ok", "ok"), (StateOf(alone, "database"), StateOf(alone, "schema"), StateOf(alone, "clock")));

        await SetWorkerAsync(shortOf: "disk: 3 MiB are free");
        var blocked = await ExamineAsync();
        Assert.Equal((false, "problem"), ((bool)blocked["canRun"]!, StateOf(blocked, "worker")));
        Assert.Contains("disk: 3 MiB are free", (string?)Of(blocked, "worker")["found"], StringComparison.Ordinal);

        await SetWorkerAsync(shortOf: null);
        var ready = await ExamineAsync();
        Assert.Equal((true, "ok"), ((bool)ready["canRun"]!, StateOf(ready, "worker")));
        // The worker has another version than the API.
        var version = ready["findings"]!.AsArray().Last(finding => (string?)finding!["subject"] == "versions")!;
        Assert.Equal("warning", (string?)version["state"]);
        Assert.Contains("PieService.Worker 0.0.1", (string?)version["found"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_usable_schema_the_report_has_the_problem_and_no_workers()
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync($"ALTER VIEW live_workers RENAME TO earlier_live_workers");
        try
        {
            var report = await ExamineAsync();

            Assert.Equal((false, "problem"), ((bool)report["canRun"]!, StateOf(report, "schema")));
            Assert.DoesNotContain(report["findings"]!.AsArray(), finding => (string?)finding!["subject"] == "worker");
        }
        finally
        {
            await db.Database.ExecuteSqlAsync($"ALTER VIEW earlier_live_workers RENAME TO live_workers");
        }
    }

    [Fact]
    public async Task Only_an_administrator_may_examine_the_service()
    {
        using var client = api.ClientOf(api.Key(Role.Submitter));
        using var response = await client.GetAsync(Doctor);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private async Task<JsonObject> ExamineAsync()
    {
        using var client = api.ClientOf(api.Key(Role.Admin));
        return JsonNode.Parse(await client.GetStringAsync(Doctor))!.AsObject();
    }

    private async Task SetWorkerAsync(string? shortOf)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO workers (id, machine, slots, device, short_of, vectors, versions, started_at, last_beat_at)
            VALUES ('lab-1', 'lab', 1, 'cpu', {shortOf}, ARRAY[]::text[], 'PieService.Worker 0.0.1', now(), now())
            ON CONFLICT (id) DO UPDATE SET short_of = excluded.short_of
            """);
    }

    private static JsonNode Of(JsonObject report, string subject) =>
        report["findings"]!.AsArray().First(finding => (string?)finding!["subject"] == subject)!;

    private static string? StateOf(JsonObject report, string subject) => (string?)Of(report, subject)["state"];
}
