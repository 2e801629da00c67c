using Npgsql;
using PieService.Api.Database;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Database;

/// <summary>
/// The limits of the role. All other tests show that migration and work succeed with it, because on the private server
/// they run as this role.
/// </summary>
public sealed class ServiceRoleTests(ServiceRoleTests.MigratedCluster migrated)
    : IClassFixture<ServiceRoleTests.MigratedCluster>
{
    private PrivatePostgres cluster = migrated.Cluster;

    [Theory]
    [InlineData("CREATE DATABASE another")]
    [InlineData("CREATE ROLE another")]
    [InlineData("ALTER ROLE pie_service SUPERUSER")]
    [InlineData("CREATE SCHEMA another")]
    [InlineData("SELECT * FROM pg_authid")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'cat'")]
    [InlineData("COPY workers FROM PROGRAM 'true'")]
    [InlineData("ALTER SYSTEM SET fsync = off")]
    [InlineData("DROP DATABASE pie")]
    public async Task The_service_role_is_refused(string statement)
    {
        var refusal =
            await Assert.ThrowsAsync<PostgresException>(() => Sql.ExecuteAsync(cluster.ConnectionString, statement));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    /// <summary>The tables of a whole sweep take twice as long without them.</summary>
    [Fact]
    public async Task The_service_role_has_the_settings_of_large_sums() => Assert.Equal(
        "32MB off",
        await Sql.ScalarAsync(
            cluster.ConnectionString, "SELECT current_setting('work_mem') || ' ' || current_setting('jit')"));

    [Fact]
    public async Task The_service_role_can_have_temporary_tables() => await Sql.ExecuteAsync(
        cluster.ConnectionString, "CREATE TEMPORARY TABLE new_attributes (line bigint)");

    [Theory]
    [InlineData("postgres")]
    [InlineData("template1")]
    public async Task The_service_role_can_connect_to_its_own_database_only(string other)
    {
        var there = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = other };

        var refusal =
            await Assert.ThrowsAsync<PostgresException>(() => Sql.ExecuteAsync(there.ConnectionString, "SELECT 1"));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Fact]
    public async Task The_service_role_owns_all_objects_in_its_schemas_and_no_others()
    {
        Assert.Equal(
            "hangfire, public",
            await ScalarAsync(
                "SELECT string_agg(nspname, ', ' ORDER BY nspname) FROM pg_namespace WHERE nspowner = "
                    + "'pie_service'::regrole"));
        Assert.Equal(0L, await ScalarAsync(ForeignObjects));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM pg_database WHERE datdba = 'pie_service'::regrole"));
    }

    [Fact]
    public async Task Objects_of_the_superuser_of_an_earlier_version_are_transferred_at_the_next_start()
    {
        var folders = await TestCluster.NewFoldersAsync();
        cluster = await TestCluster.OpenAsync(folders);
        // The earlier state: the superuser owns everything, and the role does not exist.
        var earlier = new NpgsqlConnectionStringBuilder(
            cluster.AdministratorConnectionString)
        { Database = "pie" }.ConnectionString;
        await Sql.ExecuteAsync(
            earlier,
            "DROP SCHEMA hangfire; ALTER SCHEMA public OWNER TO pie; DROP OWNED BY pie_service; DROP ROLE pie_service");
        await Migrator.MigrateAsync(earlier, CancellationToken.None);
        await Sql.ExecuteAsync(
            earlier,
            "INSERT INTO api_keys (id, name, role, prefix, secret_hash) VALUES (gen_random_uuid(), 'kept', 'reader', "
                + "'00000000', '')");
        await cluster.DisposeAsync();

        cluster = await TestCluster.OpenAsync(folders);

        Assert.Equal(0L, await ScalarAsync(ForeignObjects));
        Assert.Equal("kept", await ScalarAsync("SELECT name FROM api_keys"));
        await Migrator.MigrateAsync(cluster.ConnectionString, CancellationToken.None);
        await Sql.ExecuteAsync(cluster.ConnectionString, "ALTER TABLE runs ADD COLUMN of_a_later_version integer");
        await cluster.DisposeAsync();
    }

    private const string ForeignObjects = """
        SELECT (SELECT count(*) FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'hangfire'::regnamespace)
            AND relowner <> 'pie_service'::regrole)
            + (SELECT count(*) FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'hangfire'::regnamespace)
                AND proowner <> 'pie_service'::regrole)
            + (SELECT count(*) FROM pg_type WHERE typnamespace IN ('public'::regnamespace, 'hangfire'::regnamespace)
                AND typowner <> 'pie_service'::regrole)
        """;

    private Task<object?> ScalarAsync(string sql) => Sql.ScalarAsync(cluster.ConnectionString, sql);

    public sealed class MigratedCluster : IAsyncLifetime
    {
        public PrivatePostgres Cluster { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Cluster = await TestCluster.OpenAsync(await TestCluster.NewFoldersAsync());
            await Migrator.MigrateAsync(Cluster.ConnectionString, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
