using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// Counts the blocks of 8 KiB that the queries of a context read, from PostgreSQL's buffers or from disk.
/// </summary>
internal sealed class CountedReads(string connectionString) : DbCommandInterceptor
{
    public int Blocks { get; private set; }

    /// <summary>A context of the same database whose queries are counted.</summary>
    public PieDbContext Context(DbContextOptions<PieDbContext> options) =>
        new(new DbContextOptionsBuilder<PieDbContext>(options).AddInterceptors(this).Options);

    /// <summary>
    /// The query is executed twice on a connection of its own: what a new session reads of the catalogs is not counted.
    /// </summary>
    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var explain = new NpgsqlCommand(
            $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {command.CommandText}", connection);
        foreach (NpgsqlParameter parameter in command.Parameters) explain.Parameters.Add(parameter.Clone());
        await explain.ExecuteScalarAsync(cancellationToken);
        var plan = JsonNode.Parse((string)(await explain.ExecuteScalarAsync(cancellationToken))!)![0]!["Plan"]!;
        Blocks += (int)plan["Shared Hit Blocks"]! + (int)plan["Shared Read Blocks"]!;
        return result;
    }
}
