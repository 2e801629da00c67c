using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;
using PieService.Api.Lists;

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
    private const long GroupBytes = 4 * 1024 * 1024;

    /// <summary>Limits the buffers that the library keeps for its next file; by default they are 80 MiB.</summary>
    private static readonly ParquetOptions FewBuffers = new()
    {
        MaximumSmallPoolFreeBytes = 4 * 1024 * 1024,
        MaximumLargePoolFreeBytes = 4 * 1024 * 1024,
    };

    /// <summary>Writes a file with these row groups.</summary>
    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<IReadOnlyList<TItem>> groups, Columns<TItem> columns, Dictionary<string, string> metadata,
        Stream output, CancellationToken cancellation)
    {
        var fields = columns.Select(column => column.NewField()).ToList();
        var file = await ParquetWriter.CreateAsync(
            new ParquetSchema(fields), new ForwardStream(output), FewBuffers, cancellationToken: cancellation);
        file.CustomMetadata = metadata;
        await foreach (var group in groups.WithCancellation(cancellation))
        {
            using var writer = file.CreateRowGroup();
            foreach (var (column, field) in columns.Zip(fields))
                await column.WriteAsync(writer, field, group, cancellation);
        }
        // This writes the footer, which completes the file, so it must not run after a failure, as in a finally block.
        await file.DisposeAsync();
    }

    /// <summary>Returns the rows in row groups: the blocks in which they are stored, or as many rows as fit.</summary>
    public static IAsyncEnumerable<IReadOnlyList<TItem>> Groups<TItem>(
        Rows<TItem> rows, Columns<TItem> columns, CancellationToken cancellation) =>
        rows.BlocksAsync(cancellation) ?? FilledAsync(rows.AllAsync(cancellation), columns, cancellation);

    private static async IAsyncEnumerable<IReadOnlyList<TItem>> FilledAsync<TItem>(
        IAsyncEnumerable<TItem> rows, Columns<TItem> columns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var texts = columns.OfType<TextColumn<TItem>>().ToList();
        var cells = Math.Min(sizeof(long) * columns.Count, GroupBytes / FewestRows);
        var (group, bytes) = (new List<TItem>(), 0L);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            group.Add(row);
            bytes += cells + texts.Sum(column => sizeof(char) * (long)(column.Text(row)?.Length ?? 0));
            if (group.Count < GroupRows && bytes < GroupBytes) continue;
            yield return group;
            // The group is written now. A second list would keep its rows in memory while the next group fills.
            group.Clear();
            bytes = 0;
        }
        if (group.Count > 0) yield return group;
    }
}
