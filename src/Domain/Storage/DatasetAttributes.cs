using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Domain.Storage;

/// <summary>Replaces the attributes of a dataset by those of a file, all of them or none.</summary>
public static class DatasetAttributes
{
    /// <returns>False if the dataset does not exist.</returns>
    /// <exception cref="UnreadableFileException">A row of the file cannot be read, is for no example, or is for the
    /// example of an earlier row.</exception>
    public static async Task<bool> ReplaceAsync(
        PieDbContext db, Guid datasetId, AttributeFile file, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // This locks the row of the dataset, so that files of one dataset are stored one after the other.
        if (await db.Datasets.Where(dataset => dataset.Id == datasetId).ExecuteUpdateAsync(
            update => update.SetProperty(dataset => dataset.Attributes, file.Names.ToArray()), cancellation) == 0)
            return false;
        await CopyAsync(db, file.Rows(datasetId), cancellation);
        // Without statistics, the joins below would be planned for a few rows.
        await db.Database.ExecuteSqlAsync($"ANALYZE new_attributes", cancellation);
        if (await RefusedAsync(db, datasetId, file, cancellation) is { } refusal) throw refusal;
        await UpdateAsync(db, datasetId, file, cancellation);
        await db.NewAttributes.Where(row => row.DatasetId == datasetId).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task CopyAsync(
        PieDbContext db, IEnumerable<NewAttributes> rows, CancellationToken cancellation)
    {
        await using var copy = await ((NpgsqlConnection)db.Database.GetDbConnection()).BeginBinaryImportAsync(
            "COPY new_attributes (dataset_id, line, source_id, split, position, values) FROM STDIN (FORMAT BINARY)",
            cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(row.DatasetId, NpgsqlDbType.Uuid, cancellation);
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
        var rows = db.NewAttributes.Where(row => row.DatasetId == datasetId);
        var repeated = await rows.GroupBy(row => new { row.SourceId, row.Split, row.Position })
            .Where(same => same.Count() > 1).OrderBy(same => same.Max(row => row.Line))
            .Select(same => new { Line = same.Max(row => row.Line), First = same.Min(row => row.Line) })
            .FirstOrDefaultAsync(cancellation);
        if (repeated is not null)
            return file.Error(repeated.Line, $"is for the same example as line {repeated.First}");
        var examples = db.Examples.Where(example => example.DatasetId == datasetId);
        // The first of them in order would be searched by comparing each row with each example, if PostgreSQL has no
        // statistics of examples that were just imported.
        var first = await rows
            .Where(row => file.HasSourceIds
                ? !examples.Any(example => example.SourceId == row.SourceId)
                : !examples.Any(example => example.Split == row.Split && example.Position == row.Position))
            .MinAsync(row => (long?)row.Line, cancellation);
        if (first is null) return null;
        var unknown = await rows.AsNoTracking().SingleAsync(row => row.Line == first, cancellation);
        return unknown switch
        {
            { SourceId: { } id } => file.Error(unknown.Line, $"the dataset has no example with the sourceId '{id}'"),
            { Split: { } split } => file.Error(
                unknown.Line, $"the split {Wire.Name(split)} of the dataset has no example {unknown.Position}"),
            _ => throw new InvalidOperationException("A row identifies an example."),
        };
    }

    /// <summary>Writes the examples whose attributes change, those without a row included.</summary>
    private static Task<int> UpdateAsync(
        PieDbContext db, Guid datasetId, AttributeFile file, CancellationToken cancellation)
    {
        const string update = """
            UPDATE examples SET attributes = wanted.values
            FROM (
                SELECT example.split, example.position, row.values FROM examples AS example
                LEFT JOIN new_attributes AS row ON row.dataset_id = example.dataset_id AND {0}
                WHERE example.dataset_id = @dataset AND example.attributes IS DISTINCT FROM row.values) AS wanted
            WHERE examples.dataset_id = @dataset AND examples.split = wanted.split
                AND examples.position = wanted.position
            """;
        var match = file.HasSourceIds
            ? "row.source_id = example.source_id" : "row.split = example.split AND row.position = example.position";
        return db.Database.ExecuteSqlRawAsync(
            update.Replace("{0}", match, StringComparison.Ordinal), [new NpgsqlParameter("dataset", datasetId)],
            cancellation);
    }
}
