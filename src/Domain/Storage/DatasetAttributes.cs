using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Domain.Storage;

/// <summary>Replaces the attributes of a dataset by those of a file, all of them or none.</summary>
public static class DatasetAttributes
{
    /// <summary>A file for a large dataset may take minutes, and another file of the dataset waits for it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    /// <returns>False if the dataset does not exist.</returns>
    /// <exception cref="UnreadableFileException">A row of the file cannot be read, is for no example, or is for the
    /// example of an earlier row.</exception>
    public static async Task<bool> ReplaceAsync(
        PieDbContext db, Guid datasetId, AttributeFile file, CancellationToken cancellation)
    {
        db.Database.SetCommandTimeout(Timeout);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // This locks the row of the dataset, so that files of one dataset are stored one after the other.
        if (await db.Datasets.Where(dataset => dataset.Id == datasetId).ExecuteUpdateAsync(
            update => update.SetProperty(dataset => dataset.Attributes, file.Names.ToArray()), cancellation) == 0)
            return false;
        await CopyAsync(db, file.Rows(), cancellation);
        // Without statistics, the joins below would be planned for a few rows.
        await db.Database.ExecuteSqlAsync($"ANALYZE new_attributes", cancellation);
        if (await RefusedAsync(db, datasetId, file, cancellation) is { } refusal) throw refusal;
        await UpdateAsync(db, datasetId, file, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>
    /// Writes the rows into a table of this transaction: files for other datasets do not wait for its ANALYZE.
    /// </summary>
    private static async Task CopyAsync(
        PieDbContext db, IEnumerable<NewAttributes> rows, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            CREATE TEMPORARY TABLE new_attributes (
                line bigint NOT NULL, source_id text, split text, position integer, values jsonb) ON COMMIT DROP
            """, cancellation);
        await using var copy = await ((NpgsqlConnection)db.Database.GetDbConnection()).BeginBinaryImportAsync(
            "COPY new_attributes (line, source_id, split, position, values) FROM STDIN (FORMAT BINARY)", cancellation);
        // A COPY does not have the timeout of its context.
        copy.Timeout = Timeout;
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(row.Line, NpgsqlDbType.Bigint, cancellation);
            await WriteAsync(row.SourceId, NpgsqlDbType.Text);
            await WriteAsync(row.Split is { } split ? Wire.Name(split) : null, NpgsqlDbType.Text);
            await WriteAsync(row.Position, NpgsqlDbType.Integer);
            await WriteAsync(row.Values is { } values ? Json.Write(values) : null, NpgsqlDbType.Jsonb);
        }
        await copy.CompleteAsync(cancellation);

        Task WriteAsync(object? value, NpgsqlDbType type) =>
            value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, type, cancellation);
    }

    /// <summary>Null if each row is for an example, and no two rows are for the same one.</summary>
    private static async Task<UnreadableFileException?> RefusedAsync(
        PieDbContext db, Guid datasetId, AttributeFile file, CancellationToken cancellation)
    {
        var repeated = await db.Database.SqlQuery<RepeatedRow>($"""
            SELECT max(line) AS line, min(line) AS first FROM new_attributes
            GROUP BY source_id, split, position HAVING count(*) > 1 ORDER BY max(line) LIMIT 1
            """).ToListAsync(cancellation);
        if (repeated is [var (line, first)]) return file.Error(line, $"is for the same example as line {first}");
        // The first row in order would be searched by comparing each row with each example, if PostgreSQL has no
        // statistics of examples that were just imported.
        var query = $$"""
            SELECT line, source_id, split, position FROM new_attributes WHERE line = (
                SELECT min(line) FROM new_attributes AS row WHERE NOT EXISTS (
                    SELECT FROM examples AS example WHERE example.dataset_id = {0} AND {{Match(file)}}))
            """;
        var unknown = await db.Database.SqlQueryRaw<UnknownRow>(query, datasetId).ToListAsync(cancellation);
        if (unknown is not [var row]) return null;
        return row switch
        {
            { SourceId: { } id } => file.Error(row.Line, $"the dataset has no example with the sourceId '{id}'"),
            { Split: { } split } => file.Error(
                row.Line, $"the split {split} of the dataset has no example {row.Position}"),
            _ => throw new InvalidOperationException("A row identifies an example."),
        };
    }

    /// <summary>Writes the examples whose attributes change, those without a row included.</summary>
    private static Task<int> UpdateAsync(
        PieDbContext db, Guid datasetId, AttributeFile file, CancellationToken cancellation)
    {
        var update = $$"""
            UPDATE examples SET attributes = wanted.values
            FROM (
                SELECT example.split, example.position, row.values FROM examples AS example
                LEFT JOIN new_attributes AS row ON {{Match(file)}}
                WHERE example.dataset_id = {0} AND example.attributes IS DISTINCT FROM row.values) AS wanted
            WHERE examples.dataset_id = {0} AND examples.split = wanted.split
                AND examples.position = wanted.position
            """;
        return db.Database.ExecuteSqlRawAsync(update, [datasetId], cancellation);
    }

    /// <summary>The condition that a row of the file is for an example.</summary>
    private static string Match(AttributeFile file) => file.HasSourceIds
        ? "row.source_id = example.source_id" : "row.split = example.split AND row.position = example.position";

    /// <param name="First">The first line of a row for the same example.</param>
    private sealed record RepeatedRow(long Line, long First);

    private sealed record UnknownRow(long Line, string? SourceId, string? Split, int? Position);
}
