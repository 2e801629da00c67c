using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Database;

/// <summary>Migrates a database to this version's schema and to Hangfire's, under one lock.</summary>
public static class Migrator
{
    /// <exception cref="UnfinishedRestoreException">A restore into the database has not ended.</exception>
    /// <exception cref="UnknownMigrationsException">Another development version made the database.</exception>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellation) =>
        MigrateAsync(connectionString, isRestored: false, cancellation);

    /// <summary>Migrates the database of a restore that has not ended.</summary>
    internal static Task MigrateRestoredAsync(string connectionString, CancellationToken cancellation) =>
        MigrateAsync(connectionString, isRestored: true, cancellation);

    private static async Task MigrateAsync(
        string connectionString, bool isRestored, CancellationToken cancellation)
    {
        await CreateDatabaseAsync(connectionString, cancellation);
        // A statement may have to wait for locks on a table, such as those of a labelling transaction, or take long on
        // a large table.
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 }.ConnectionString);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // EF Core locks only its own history table, and Hangfire's installer takes no lock: two concurrent
        // installations fail.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLocks.Migration})", cancellation);

        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        await using var db = new PieDbContext(options.Options);
        if (!isRestored && await UnfinishedRestore.IsMarkedAsync(db, cancellation))
            throw new UnfinishedRestoreException();
        await Schema.MigrateAsync(database, target: null, cancellation);
        PostgreSqlObjectsInstaller.Install(connection, "hangfire");
        // The analysis of this version may be another one than that with which comparisons were labelled.
        await Labelling.AskOutdatedAsync(db, cancellation);

        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})", cancellation);
    }

    /// <summary>Creates the database if it does not exist.</summary>
    public static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellation)
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
        catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase
            or PostgresErrorCodes.UniqueViolation)
        {
            // Another instance has created the database in the meantime.
        }
    }

    private static async Task<bool> ExistsAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
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
