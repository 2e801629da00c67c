using Parquet;
using Parquet.Schema;

namespace PieService.Api.Tables;

/// <summary>Writes Apache Parquet sequentially: row groups as they fill, then the footer.</summary>
internal static class ParquetTable
{
    /// <summary>
    /// A row group is in memory until it is written, and the footer, which has an entry for each column of each row
    /// group, until the end. Therefore a table with thousands of columns, for as many labels, must not have small row
    /// groups.
    /// </summary>
    private const int GroupRows = 10_000, FewestRows = 1_000;
    private const long GroupBytes = 8 * 1024 * 1024;

    /// <summary>Limits the buffers that the library keeps for its next file; by default they are 80 MiB.</summary>
    private static readonly ParquetOptions FewBuffers = new()
    {
        MaximumSmallPoolFreeBytes = 4 * 1024 * 1024,
        MaximumLargePoolFreeBytes = 4 * 1024 * 1024,
    };

    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<TItem> rows, Columns<TItem> columns, Dictionary<string, string> metadata, Stream output,
        CancellationToken cancellation)
    {
        var fields = columns.Select(column => column.NewField()).ToList();
        var file = await ParquetWriter.CreateAsync(
            new ParquetSchema(fields), new ForwardStream(output), FewBuffers, cancellationToken: cancellation);
        file.CustomMetadata = metadata;
        var texts = columns.OfType<TextColumn<TItem>>().ToList();
        var cells = Math.Min(sizeof(long) * columns.Count, GroupBytes / FewestRows);
        var (group, bytes) = (new List<TItem>(), 0L);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            group.Add(row);
            bytes += cells + texts.Sum(column => sizeof(char) * (long)(column.Text(row)?.Length ?? 0));
            if (group.Count < GroupRows && bytes < GroupBytes) continue;
            await WriteGroupAsync();
            group.Clear();
            bytes = 0;
        }
        if (group.Count > 0) await WriteGroupAsync();
        // This writes the footer, which completes the file, so it must not run after a failure, as in a finally block.
        await file.DisposeAsync();

        async Task WriteGroupAsync()
        {
            using var writer = file.CreateRowGroup();
            foreach (var (column, field) in columns.Zip(fields))
                await column.WriteAsync(writer, field, group, cancellation);
        }
    }
}
