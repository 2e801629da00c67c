using Parquet;
using Parquet.Schema;

namespace PieService.Api.Tables;

/// <summary>A flat column: its name and its value in a row, as text for CSV and typed for Parquet.</summary>
public abstract class Column<TItem>(string name)
{
    public string Name { get; } = name;

    /// <summary>Returns the value as text; null if the row has no value.</summary>
    public abstract string? Text(TItem row);

    /// <summary>Creates a field. Each file needs a new one, because the library binds a field to its schema.</summary>
    public abstract DataField NewField();

    public abstract Task WriteAsync(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<TItem> rows, CancellationToken cancellation);
}

internal sealed class TextColumn<TItem>(string name, Func<TItem, string?> value) : Column<TItem>(name)
{
    public override string? Text(TItem row) => value(row);

    public override DataField NewField() => new DataField<string>(Name);

    public override Task WriteAsync(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<TItem> rows, CancellationToken cancellation) =>
        group.WriteAsync(field, [.. rows.Select(value)]);
}

internal sealed class ValueColumn<TItem, TValue>(
    string name, Func<TItem, TValue?> value, Func<TValue, string> text, Func<string, DataField> field)
    : Column<TItem>(name) where TValue : struct
{
    public override string? Text(TItem row) => value(row) is { } known ? text(known) : null;

    public override DataField NewField() => field(Name);

    public override Task WriteAsync(
        ParquetRowGroupWriter group, DataField column, IReadOnlyList<TItem> rows, CancellationToken cancellation) =>
        group.WriteAsync<TValue>(column, rows.Select(value).ToArray(), cancellationToken: cancellation);
}
