using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Datasets;

namespace PieService.Domain.Storage;

/// <summary>Writes examples by COPY.</summary>
internal static class ExampleCopy
{
    public static async Task WriteAsync(
        PieDbContext db, IEnumerable<Example> examples, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY examples (dataset_id, split, position, id, source_id, text, second_text, labels, attributes) "
            + "FROM STDIN (FORMAT BINARY)", cancellation);
        // A COPY does not have the timeout of its context, and checks a foreign key for each row when it completes.
        copy.Timeout = ComparisonLabels.Timeout;
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
