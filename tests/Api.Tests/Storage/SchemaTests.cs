using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

public sealed class SchemaTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public void The_migrations_make_the_schema_that_the_model_describes()
    {
        using var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task A_migration_can_be_taken_back_and_applied_again()
    {
        var database = new FreshDatabase(connection => Migrator.MigrateAsync(connection, CancellationToken.None));
        await database.InitializeAsync();
        try
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, source);
            await using var db = new PieDbContext(options.Options);
            var before = await SchemaAsync(source);

            foreach (var earlier in db.Database.GetMigrations().Reverse().Skip(1).Append("0")) await db.Database.MigrateAsync(earlier);
            await db.Database.MigrateAsync();

            Assert.Equal(before, await SchemaAsync(source));
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Several_instances_may_migrate_at_once() =>
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(api.ConnectionString, CancellationToken.None)));

    [Fact]
    public async Task Health_says_that_requests_can_be_served() =>
        Assert.Equal("ready", (string?)(await api.GetAsync("/health/ready"))["status"]);

    [Fact]
    public async Task A_worker_that_was_heard_of_lately_is_live_and_another_is_not()
    {
        await using var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();
        await db.Database.ExecuteSqlAsync($$"""
            INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
            VALUES ('one', 'box', 1, 'cpu', '{}', now(), now()), ('two', 'silent', 1, 'cpu', '{}', now(), now() - interval '1 minute')
            """);

        await api.GetAsync("/health/workers/box");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/health/workers/silent");
    }

    [Fact]
    public async Task The_system_shows_database_workers_and_queue() =>
        Assert.StartsWith("PostgreSQL", (string?)(await api.GetAsync("/api/v1/system"))["database"], StringComparison.Ordinal);

    private static async Task<List<string>> SchemaAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("""
            SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'index ' || indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1
            """);
        var schema = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) schema.Add(reader.GetString(0));
        return schema;
    }
}
