using Npgsql;

namespace PieService.Api.Tests.Http;

/// <summary>A table that is locked, so that requests that read it wait until it is released.</summary>
public sealed class LockedTable : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    private LockedTable(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (this.connection, this.transaction) = (connection, transaction);

    public static async Task<LockedTable> OfAsync(string connectionString, string table)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"LOCK TABLE {table}", connection, transaction);
        await command.ExecuteNonQueryAsync();
        return new LockedTable(connection, transaction);
    }

    public Task ReleaseAsync() => transaction.RollbackAsync();

    /// <summary>Runs a command in the transaction that has the lock.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Releases the table with the changes that were made to it.</summary>
    public Task CommitAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
