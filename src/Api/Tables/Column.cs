using Parquet;
using Parquet.Schema;

namespace PieService.Api.Tables;

/// <summary>A flat column: its name and its value in a row, as text for CSV and typed for Parquet.</summary>
public abstract class Column<TItem>(string name)
{
    public string Name { get; } = name;

    public abstract ColumnKind Kind { get; }

    /// <summary>Whether its values are lists, as JSON.</summary>
    public bool IsList { get; init; }

    /// <summary>Returns the value as text; null if the row has no value.</summary>
    public abstract string? Text(TItem row);

    /// <summary>Creates a field. Each file needs a new one, because the library binds a field to its schema.</summary>
    public abstract DataField NewField();

    public abstract Task WriteAsync(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<TItem> rows, CancellationToken cancellation);
}

internal sealed class TextColumn<TItem>(string name, Func<TItem, string?> value) : Column<TItem>(name)
{
    public override ColumnKind Kind => ColumnKind.Text;

    public override string? Text(TItem row) => value(row);

    public override DataField NewField() => new DataField<string>(Name);

    public override Task WriteAsync(
        ParquetRowGroupWriter group, DataField field, IReadOnlyList<TItem> rows, CancellationToken cancellation) =>
        group.WriteAsync(field, RowValues.Of(rows, value));
}

internal sealed class ValueColumn<TItem, TValue>(
    string name, Func<TItem, TValue?> value, Func<TValue, string> text, Func<string, DataField> field)
    : Column<TItem>(name) where TValue : struct
{
    public override ColumnKind Kind => ColumnKinds.Of(typeof(TValue));

    public override string? Text(TItem row) => value(row) is { } known ? text(known) : null;

    public override DataField NewField() => field(Name);

    public override Task WriteAsync(
        ParquetRowGroupWriter group, DataField column, IReadOnlyList<TItem> rows, CancellationToken cancellation) =>
        group.WriteAsync<TValue>(column, RowValues.Of(rows, value), cancellationToken: cancellation);
}

/// <summary>A column with a value in every row.</summary>
internal sealed class RequiredColumn<TItem, TValue>(string name, Func<TItem, TValue> value, Func<TValue, string> text)
    : Column<TItem>(name) where TValue : struct
{
    public override ColumnKind Kind => ColumnKinds.Of(typeof(TValue));

    public override string? Text(TItem row) => text(value(row));

    public override DataField NewField() => new DataField<TValue>(Name, nullable: false);

    public override Task WriteAsync(
        ParquetRowGroupWriter group, DataField column, IReadOnlyList<TItem> rows, CancellationToken cancellation) =>
        group.WriteAsync<TValue>(column, RowValues.Of(rows, value), cancellationToken: cancellation);
}

internal static class RowValues
{
    /// <summary>
    /// Returns the value of each row. A file may have a billion values, so this is a loop over indexes.
    /// </summary>
    public static TValue[] Of<TItem, TValue>(IReadOnlyList<TItem> rows, Func<TItem, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return values;
    }
}
