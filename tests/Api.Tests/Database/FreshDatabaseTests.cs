using Npgsql;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Database;

public sealed class FreshDatabaseTests
{
    private static int migrations;

    [Fact]
    public async Task Databases_start_migrated_and_share_nothing_but_the_one_migration()
    {
        var first = new FreshDatabase(MigrateAsync);
        var second = new FreshDatabase(MigrateAsync);
        await Task.WhenAll(first.InitializeAsync().AsTask(), second.InitializeAsync().AsTask());

        await AskAsync(first, "INSERT INTO answers VALUES (42)");

        Assert.Equal(1L, await AskAsync(first, "SELECT count(*) FROM answers"));
        Assert.Equal(0L, await AskAsync(second, "SELECT count(*) FROM answers"));
        Assert.Equal(1, migrations);
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_disposed_database_is_dropped_in_spite_of_open_connections()
    {
        var database = new FreshDatabase(MigrateAsync);
        await database.InitializeAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();

        await database.DisposeAsync();

        var failure = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(database, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, failure.SqlState);
    }

    private static Task MigrateAsync(string connectionString)
    {
        Interlocked.Increment(ref migrations);
        return Sql.ExecuteAsync(connectionString, "CREATE TABLE answers (answer integer)");
    }

    private static Task<object?> AskAsync(FreshDatabase database, string sql) =>
        Sql.ScalarAsync(database.ConnectionString, sql);
}
