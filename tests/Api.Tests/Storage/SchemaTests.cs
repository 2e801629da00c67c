using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain.Storage;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

public sealed class SchemaTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private string address = "";

    [Fact]
    public void The_migrations_create_the_schema_that_the_model_describes()
    {
        using var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();

        Assert.False(db.Database.HasPendingModelChanges());
    }

    /// <summary>EF creates a table also for an entity that only a query returns, if it is mapped to one.</summary>
    [Fact]
    public async Task ARCHITECTURE_names_every_table()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(ServiceProcess.RepositoryFolder, "ARCHITECTURE.md"));
        var rows = text.Split("## What is stored")[1].Split("## Words")[0].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var named = rows.SelectMany(row => row.Split('|')[1].Split(',')).Select(name => name.Trim(' ', '`'));

        await WithDatabaseAsync(async database => Assert.Equal(
            named.Append("__EFMigrationsHistory").Append("installation").Order(StringComparer.Ordinal),
            (await ReadAsync(database, """
                SELECT relname::text FROM pg_class
                WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
                """)).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_migration_can_be_reverted_and_applied_again() => await WithDatabaseAsync(async database =>
    {
        var before = await SchemaAsync(database);
        List<string> migrations;
        await using (var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext())
            migrations = [.. db.Database.GetMigrations()];

        foreach (var earlier in Enumerable.Reverse(migrations).Skip(1).Append("0"))
            await Schema.MigrateAsync(database, earlier, CancellationToken.None);
        await Schema.MigrateAsync(database, target: null, CancellationToken.None);

        Assert.Equal(before, await SchemaAsync(database));
    });

    [Fact]
    public async Task Initial_creates_what_EF_cannot_derive() => await WithDatabaseAsync(async database =>
    {
        Assert.Single(await ReadAsync(database, "SELECT id::text FROM installation"));
        Assert.Equal(["classes e", "scores e"], await ReadAsync(database, """
            SELECT DISTINCT attname || ' ' || attstorage::text FROM pg_attribute
            WHERE attrelid IN ('run_predictions'::regclass, 'run_observations'::regclass)
                AND attname IN ('classes', 'scores') ORDER BY 1
            """));
    });

    [Fact]
    public async Task A_database_of_another_development_version_is_refused_and_not_changed() =>
        await WithDatabaseAsync(async database =>
        {
            await ExecuteAsync(database, """
                DELETE FROM "__EFMigrationsHistory";
                INSERT INTO "__EFMigrationsHistory"
                VALUES ('20261124150417_Initial', '10.0.0'), ('20261124150445_Views', '10.0.0');
                ALTER TABLE pie_labels DROP COLUMN influence_bin CASCADE;
                """);
            var before = await SchemaAsync(database);

            var refusal = await Assert.ThrowsAsync<UnknownMigrationsException>(
                () => Migrator.MigrateAsync(address, CancellationToken.None));
            var (exitCode, _, errors) = await ServiceProcess.RunApiAsync(
                new Dictionary<string, string> { ["ConnectionStrings__Pie"] = address },
                "--urls", "http://127.0.0.1:0");

            Assert.Contains("20261124150417_Initial, 20261124150445_Views", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Drop the database, or start", refusal.Message, StringComparison.Ordinal);
            Assert.Equal((1, refusal.Message), (exitCode, errors.Trim()));
            Assert.Equal(refusal.Message, await LackAsync(database));
            Assert.Equal(before, await SchemaAsync(database));
        });

    [Fact]
    public async Task A_database_without_Initial_but_with_a_later_migration_is_refused() =>
        await WithDatabaseAsync(async database =>
        {
            await ExecuteAsync(database, """
                UPDATE "__EFMigrationsHistory" SET migration_id = '29991231235959_Initial'
                """);

            var refusal = await Assert.ThrowsAsync<UnknownMigrationsException>(
                () => Migrator.MigrateAsync(address, CancellationToken.None));

            Assert.Contains("29991231235959_Initial", refusal.Message, StringComparison.Ordinal);
        });

    [Fact]
    public async Task Recreating_the_views_waits_for_a_reader_however_long_it_takes() =>
        await WithDatabaseAsync(async database =>
        {
            await ExecuteAsync(database, "COMMENT ON VIEW pies IS 'Schema.cs before'");
            // The timeout in a connection string applies to requests.
            var impatient = new NpgsqlConnectionStringBuilder(address) { CommandTimeout = 1 }.ConnectionString;
            await using var reader = await database.OpenConnectionAsync();
            await using var transaction = await reader.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("SELECT count(*) FROM pies", reader))
                await command.ExecuteScalarAsync();

            var migration = Migrator.MigrateAsync(impatient, CancellationToken.None);
            await Until.HoldsAsync(async () => migration.IsCompleted || (await ReadAsync(database, """
                SELECT query FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND now() - query_start > interval '1500 milliseconds'
                """)).Count > 0);
            Assert.False(migration.IsCompleted);
            await transaction.RollbackAsync();

            await migration;
        });

    [Fact]
    public async Task Views_of_another_version_are_recreated_and_granted() => await WithDatabaseAsync(async database =>
    {
        var before = await SchemaAsync(database);
        await ExecuteAsync(database, """
            DROP VIEW sweep_progress, pies;
            CREATE VIEW pies AS SELECT 1 AS another_column;
            CREATE FUNCTION pie_given_up() RETURNS integer LANGUAGE sql RETURN 1;
            CREATE VIEW given_up AS SELECT pie_given_up();
            COMMENT ON VIEW pies IS 'Schema.cs before'; COMMENT ON VIEW given_up IS 'Schema.cs before';
            GRANT SELECT ON pies, given_up TO PUBLIC;
            """);

        await Schema.MigrateAsync(database, target: null, CancellationToken.None);

        Assert.Equal(before, await SchemaAsync(database));
        Assert.Equal(["pies"], await ReadAsync(database, """
            SELECT DISTINCT relname::text FROM pg_class, aclexplode(relacl) WHERE relkind = 'v'
                AND relnamespace = 'public'::regnamespace AND grantee = 0 AND privilege_type = 'SELECT'
            """));
    });

    [Fact]
    public async Task Views_of_this_or_a_newer_version_do_not_change() => await WithDatabaseAsync(async database =>
    {
        const string made =
            "SELECT oid::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY oid";
        var before = await ReadAsync(database, made);

        await Schema.MigrateAsync(database, target: null, CancellationToken.None);
        Assert.Equal(before, await ReadAsync(database, made));

        await ExecuteAsync(database, """
            INSERT INTO "__EFMigrationsHistory" VALUES ('29991231235959_Later', '99.0');
            COMMENT ON VIEW pies IS 'Schema.cs of it'
            """);
        await Schema.MigrateAsync(database, target: null, CancellationToken.None);
        Assert.Equal(before, await ReadAsync(database, made));
    });

    [Fact]
    public async Task A_users_view_on_a_view_to_recreate_is_an_error() => await WithDatabaseAsync(async database =>
    {
        await ExecuteAsync(
            database, "CREATE VIEW my_pies AS SELECT * FROM pies; COMMENT ON VIEW pies IS 'Schema.cs before'");
        var before = await SchemaAsync(database);

        var refusal =
            await Assert.ThrowsAsync<PostgresException>(() => Migrator.MigrateAsync(address, CancellationToken.None));

        Assert.Equal(PostgresErrorCodes.DependentObjectsStillExist, refusal.SqlState);
        Assert.Contains("view my_pies depends on view pies", refusal.MessageText, StringComparison.Ordinal);
        Assert.Equal(before, await SchemaAsync(database));
    });

    [Fact]
    public async Task A_worker_reports_what_a_database_is_missing() => await WithDatabaseAsync(async database =>
    {
        Assert.Null(await LackAsync(database));

        await ExecuteAsync(database, "COMMENT ON VIEW ready_runs IS 'Schema.cs before'");
        Assert.Contains("views of another version", await LackAsync(database), StringComparison.Ordinal);

        await Schema.MigrateAsync(database, "0", CancellationToken.None);
        Assert.Contains("not been migrated", await LackAsync(database), StringComparison.Ordinal);
    });

    [Fact]
    public async Task Several_instances_may_migrate_at_the_same_time() =>
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(api.ConnectionString, CancellationToken.None)));

    [Fact]
    public async Task The_service_is_ready_when_requests_can_be_served() =>
        Assert.Equal("ready", (string?)(await api.GetAsync("/health/ready"))["status"]);

    [Fact]
    public async Task A_worker_with_a_recent_heartbeat_is_live_and_another_is_not()
    {
        await using var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();
        await db.Database.ExecuteSqlAsync($$"""
            INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
            VALUES ('one', 'box', 1, 'cpu', '{}', now(), now()),
                ('two', 'silent', 1, 'cpu', '{}', now(), now() - interval '1 minute')
            """);

        await api.GetAsync("/health/workers/box");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/health/workers/silent");
    }

    [Fact]
    public async Task The_system_shows_database_workers_and_queue() =>
        Assert.StartsWith(
            "PostgreSQL", (string?)(await api.GetAsync("/api/v1/system"))["database"], StringComparison.Ordinal);

    private async Task WithDatabaseAsync(Func<NpgsqlDataSource, Task> test)
    {
        var fresh = new FreshDatabase(Migrate);
        await fresh.InitializeAsync();
        try
        {
            address = fresh.ConnectionString;
            await using var database = NpgsqlDataSource.Create(fresh.ConnectionString);
            await test(database);
        }
        finally
        {
            await fresh.DisposeAsync();
        }
    }

    private static Task Migrate(string connectionString) =>
        Migrator.MigrateAsync(connectionString, CancellationToken.None);

    private static async Task<string?> LackAsync(NpgsqlDataSource database)
    {
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        await using var db = new PieDbContext(options.Options);
        return await Schema.LackAsync(db, CancellationToken.None);
    }

    private static Task<List<string>> SchemaAsync(NpgsqlDataSource database) => ReadAsync(database, """
        SELECT concat_ws(' ', table_name || '.' || column_name, data_type, 'null:', is_nullable, 'default:',
            column_default) FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'stored ' || attrelid::regclass || '.' || attname || ' ' || attstorage::text FROM pg_attribute
            WHERE attrelid IN ('run_predictions'::regclass, 'run_observations'::regclass) AND attnum > 0
                AND NOT attisdropped
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'index ' || indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
        UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1
        """);

    private static async Task<List<string>> ReadAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
