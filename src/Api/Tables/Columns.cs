using System.Collections;
using System.Globalization;
using Parquet.Schema;
using PieService.Domain;
using PieService.Domain.Datasets;

namespace PieService.Api.Tables;

/// <summary>
/// The flat columns of a table, which are the same for CSV and Parquet. Objects are flattened and the names of their
/// fields joined with _, a value for each label becomes a column for each label, and any other list is a cell of JSON.
/// </summary>
public sealed class Columns<TItem> : IReadOnlyList<Column<TItem>>
{
    private readonly List<Column<TItem>> columns = [];

    public int Count => columns.Count;

    public Column<TItem> this[int index] => columns[index];

    public IEnumerator<Column<TItem>> GetEnumerator() => columns.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public Columns<TItem> Text(string name, Func<TItem, string?> value) => Add(new TextColumn<TItem>(name, value));

    public Columns<TItem> Id(string name, Func<TItem, Guid> value) => Text(name, row => value(row).ToString());

    public Columns<TItem> Name<TEnum>(string name, Func<TItem, TEnum> value) where TEnum : struct, Enum =>
        Text(name, row => Wire.Name(value(row)));

    public Columns<TItem> List<T>(string name, Func<TItem, IReadOnlyList<T>?> value) =>
        Add(new TextColumn<TItem>(name, row => value(row) is { } known ? Json.Write(known) : null) { IsList = true });

    /// <summary>
    /// Adds the label itself for single-label data, and a list of labels, which may be empty, for multi-label data.
    /// </summary>
    public Columns<TItem> Labels(
        string name, LearningTask task, Func<TItem, IReadOnlyList<string>> value) => task switch
        {
            LearningTask.SingleLabel => Text(name, row => value(row).Single()),
            LearningTask.MultiLabel => List(name, value),
        };

    /// <summary>Adds the gold labels as the column label (single-label data) or labels (multi-label data).</summary>
    public Columns<TItem> Gold(LearningTask task, Func<TItem, IReadOnlyList<string>> value) =>
        Labels(task == LearningTask.SingleLabel ? "label" : "labels", task, value);

    public Columns<TItem> Whole(string name, Func<TItem, int> value) =>
        Add(new RequiredColumn<TItem, int>(name, value, number => number.ToString(CultureInfo.InvariantCulture)));

    public Columns<TItem> Whole(string name, Func<TItem, int?> value) =>
        Value(name, value, number => number.ToString(CultureInfo.InvariantCulture));

    public Columns<TItem> Whole(string name, Func<TItem, long?> value) =>
        Value(name, value, number => number.ToString(CultureInfo.InvariantCulture));

    public Columns<TItem> Real(string name, Func<TItem, double?> value) =>
        Value(name, value, number => number.ToString("R", CultureInfo.InvariantCulture));

    public Columns<TItem> Real(string name, Func<TItem, float?> value) =>
        Value(name, value, number => number.ToString("R", CultureInfo.InvariantCulture));

    public Columns<TItem> Real(string name, Func<TItem, float> value) =>
        Add(new RequiredColumn<TItem, float>(
            name, value, number => number.ToString("R", CultureInfo.InvariantCulture)));

    public Columns<TItem> Flag(string name, Func<TItem, bool?> value) =>
        Value(name, value, flag => flag ? "true" : "false");

    public Columns<TItem> Time(string name, Func<TItem, DateTimeOffset?> value) => Add(new ValueColumn<TItem, DateTime>(
        name, row => value(row)?.UtcDateTime,
        time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        field => new DateTimeDataField(
            field, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: true)));

    /// <summary>Adds a column for each label; <paramref name="add"/> receives the label and its index.</summary>
    public Columns<TItem> ForEach(IEnumerable<string> labels, Action<Columns<TItem>, string, int> add)
    {
        foreach (var (index, label) in labels.Index()) add(this, label, index);
        return this;
    }

    private Columns<TItem> Value<TValue>(string name, Func<TItem, TValue?> value, Func<TValue, string> text)
        where TValue : struct =>
        Add(new ValueColumn<TItem, TValue>(name, value, text, field => new DataField<TValue>(field, nullable: true)));

    private Columns<TItem> Add(Column<TItem> column)
    {
        columns.Add(column);
        return this;
    }
}
