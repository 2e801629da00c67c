using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Models;

public sealed class ModelEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Models_of_live_workers_are_listed_once_each_page_by_page()
    {
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
        {
            await db.Database.ExecuteSqlAsync($$"""
                INSERT INTO workers (id, machine, slots, device, vectors, models, started_at, last_beat_at)
                SELECT id, 'here', 1, 'cpu', '{}', models::jsonb, now(), beat FROM (VALUES
                    ('one', '[{"name":"b","kind":"vectors","dimensions":2,"layers":null,"parameters":4,"sha256":"11","aliases":["b.txt"]},{"name":"a","kind":"vectors","dimensions":2,"layers":null,"parameters":4,"sha256":"22"},{"name":"minilm","kind":"bert","dimensions":384,"layers":6,"parameters":22713216,"sha256":"55","pooler":false}]', now()),
                    ('two', '[{"name":"b","kind":"vectors","dimensions":2,"layers":null,"parameters":4,"sha256":"11","aliases":["b.txt"]},{"name":"a","kind":"vectors","dimensions":2,"layers":null,"parameters":4,"sha256":"33"},{"name":"minilm","kind":"bert","dimensions":null,"layers":null,"parameters":null,"sha256":null,"error":"vocab.txt is missing"}]', now()),
                    ('dead', '[{"name":"c","kind":"vectors","dimensions":2,"layers":null,"parameters":4,"sha256":"44"}]', now() - interval '1 minute')) AS w(id, models, beat)
                """);
        }
        var (seen, token) = (new List<string>(), "");
        do
        {
            var page = await api.GetAsync($"/api/v1/models?kind=vectors&pageSize=1{token}");
            Assert.Equal(3, (int)page["totalItems"]!);
            seen.AddRange(page["items"]!.AsArray().Select(model => $"{model!["name"]} {model["sha256"]}"));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);

        Assert.Equal(["a 22", "a 33", "b 11"], seen);
        // One worker can use the checkpoint; the other reports why it cannot.
        Assert.Equal(
            [
                """{"name":"minilm","kind":"bert","dimensions":null,"layers":null,"parameters":null,"sha256":null,"error":"vocab.txt is missing","positions":null,"words":null,"duplicates":null,"pooler":null,"aliases":null}""",
                """{"name":"minilm","kind":"bert","dimensions":384,"layers":6,"parameters":22713216,"sha256":"55","error":null,"positions":null,"words":null,"duplicates":null,"pooler":false,"aliases":null}""",
            ],
            (await api.GetAsync("/api/v1/models?kind=bert"))["items"]!.AsArray()
                .Select(model => model!.ToJsonString()));
    }
}
