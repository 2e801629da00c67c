using Parquet;
using Parquet.Schema;

namespace PieService.Api.Tables;

/// <summary>Apache Parquet, written from front to back: row groups as they come, then the footer.</summary>
internal static class ParquetTable
{
    /// <summary>A row group is in memory before it is written.</summary>
    private const int GroupRows = 10_000;
    private const long GroupBytes = 8 * 1024 * 1024;

    /// <summary>The library would keep 80 MiB of buffers for its next file.</summary>
    private static readonly ParquetOptions FewBuffers = new() { MaximumSmallPoolFreeBytes = 4 * 1024 * 1024, MaximumLargePoolFreeBytes = 4 * 1024 * 1024 };

    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<TItem> rows, Columns<TItem> columns, Dictionary<string, string> metadata, Stream output, CancellationToken cancellation)
    {
        var fields = columns.Select(column => column.NewField()).ToList();
        var file = await ParquetWriter.CreateAsync(new ParquetSchema(fields), new ForwardStream(output), FewBuffers, cancellationToken: cancellation);
        file.CustomMetadata = metadata;
        var (group, bytes) = (new List<TItem>(), 0L);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            group.Add(row);
            bytes += columns.Sum(column => Bytes(column, row));
            if (group.Count < GroupRows && bytes < GroupBytes) continue;
            await WriteGroupAsync();
            group.Clear();
            bytes = 0;
        }
        if (group.Count > 0) await WriteGroupAsync();
        // Writes the footer, which makes the file whole: so not in a finally.
        await file.DisposeAsync();

        async Task WriteGroupAsync()
        {
            using var writer = file.CreateRowGroup();
            foreach (var (column, field) in columns.Zip(fields)) await column.WriteAsync(writer, field, group, cancellation);
        }
    }

    private static long Bytes<TItem>(Column<TItem> column, TItem row) =>
        sizeof(long) + (column is TextColumn<TItem> ? sizeof(char) * (long)(column.Text(row)?.Length ?? 0) : 0);
}
