using Hangfire.PostgreSql;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Database;

/// <summary>Brings a database to the schema of this version: ours and Hangfire's, under one lock.</summary>
public static class Migrator
{
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        await CreateDatabaseAsync(connectionString, cancellation);
        // A statement may wait for whoever uses a table, such as a labelling transaction, or take long on a large one.
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 }.ConnectionString);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // EF locks only its own history table, and Hangfire's installer not at all: two of them at once fail.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLocks.Migration})", cancellation);

        await Schema.MigrateAsync(database, target: null, cancellation);
        PostgreSqlObjectsInstaller.Install(connection, "hangfire");

        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})", cancellation);
    }

    private static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellation)
    {
        var wanted = new NpgsqlConnectionStringBuilder(connectionString);
        if (await ExistsAsync(connectionString, cancellation)) return;
        var server = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellation);
        try
        {
            var name = new NpgsqlCommandBuilder().QuoteIdentifier(wanted.Database!);
            await ExecuteAsync(connection, $"CREATE DATABASE {name}", cancellation);
        }
        catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another instance created it first, which is as good.
        }
    }

    private static async Task<bool> ExistsAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
