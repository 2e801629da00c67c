using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Datasets;

namespace PieService.Domain.Storage;

/// <summary>Stores a dataset and its examples in one transaction: all of it or nothing.</summary>
public sealed class DatasetImport(IDbContextFactory<PieDbContext> contexts, TimeProvider clock)
{
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    public async Task<Dataset> StoreAsync(
        Guid id, SourceDataset source, Func<PieDbContext, Task>? alongWith, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        // PostgreSQL stores microseconds: the response now must equal what is read later.
        var dataset = source.AsDataset(id, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync(cancellation);
        await CopyAsync(db, source.Examples(dataset.Id, cancellation), cancellation);
        if (alongWith is not null) await alongWith(db);
        await transaction.CommitAsync(cancellation);
        return dataset;
    }

    private static async Task CopyAsync(PieDbContext db, IEnumerable<Example> examples, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY examples (dataset_id, split, position, id, source_id, text, second_text, labels, attributes) "
            + "FROM STDIN (FORMAT BINARY)", cancellation);
        foreach (var example in examples)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(example.DatasetId, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(Wire.Name(example.Split), NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(example.Position, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(example.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(example.SourceId, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(example.Text, NpgsqlDbType.Text, cancellation);
            if (example.SecondText is { } second) await copy.WriteAsync(second, NpgsqlDbType.Text, cancellation);
            else await copy.WriteNullAsync(cancellation);
            await copy.WriteAsync(example.Labels, NpgsqlDbType.Array | NpgsqlDbType.Smallint, cancellation);
            if (example.Attributes is { } known)
                await copy.WriteAsync(Json.Write(known), NpgsqlDbType.Jsonb, cancellation);
            else await copy.WriteNullAsync(cancellation);
        }
        await copy.CompleteAsync(cancellation);
    }
}
