using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Parquet;

/// <summary>
/// The rows of a Parquet file, one after the other; a row is identified by its number. In each requested column, the
/// cell of every row must be read once. The characters of all cells count towards the limits, since a dictionary or a
/// shared prefix can repeat a long text a million times. docs/decisions/0009 gives the reasons for our own reader.
/// </summary>
internal sealed class ParquetRows : IDisposable
{
    private static readonly ParquetType[] Strings = [ParquetType.ByteArray];
    private static readonly ParquetType[] Plain =
        [ParquetType.ByteArray, ParquetType.Int32, ParquetType.Int64, ParquetType.Boolean];
    private static readonly ParquetType[] Numbers = [.. Plain, ParquetType.Float, ParquetType.Double];

    private readonly SourceFile source;
    private readonly ReadLimits limits;
    private readonly FileStream file;
    private readonly ParquetFooter footer;
    private readonly long valuesEnd;
    private readonly UnpackedBytes unpacked;
    private readonly List<Column> columns = [];
    private int groups;
    private long left, characters, rowCharacters;

    /// <exception cref="UnreadableFileException">
    /// The file is not a Parquet file, is damaged, or is too long.
    /// </exception>
    public ParquetRows(SourceFile source, ReadLimits limits)
    {
        (this.source, this.limits, unpacked) = (source, limits, new UnpackedBytes(limits.FileBytes));
        file = Unpacked.Open(source, limits);
        try
        {
            (footer, valuesEnd) = Whole(() => ParquetTail.Read(file), null, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The columns of the top level, and the members of structs.</summary>
    public IReadOnlyList<string> Names => [.. footer.Columns.Select(column => column.Name)];

    /// <summary>The 1-based number of the present row.</summary>
    public long Number { get; private set; }

    /// <summary>A column of strings.</summary>
    /// <exception cref="UnreadableFileException">The file has no such column, or another one.</exception>
    public Column Texts(string name) => Add(name, "must be a column of strings", Strings);

    /// <summary>A column of strings, integers or booleans, which are read as text.</summary>
    /// <exception cref="UnreadableFileException">The file has no such column, or another one.</exception>
    public Column Values(string name) => Add(name, "must be a column of strings, whole numbers or booleans", Plain);

    /// <summary>
    /// Like <see cref="Values"/>, or a column of floating-point numbers, as pandas makes of whole numbers if one is
    /// missing; or a column of lists of such values.
    /// </summary>
    /// <param name="mostItems">
    /// Longer lists are refused: a few bytes can encode the same item a billion times. 0 for a column without lists.
    /// </param>
    /// <exception cref="UnreadableFileException">The file has no such column, or another one.</exception>
    public Column Labels(string name, int mostItems = 0) => Add(
        name,
        "must be a column of strings, whole numbers or booleans" + (mostItems > 0 ? ", or of lists of them" : ""),
        Numbers, mostItems);

    /// <summary>Moves to the next row; returns false if there is none.</summary>
    /// <exception cref="UnreadableFileException">The file is damaged.</exception>
    public bool Next()
    {
        while (left <= 0)
        {
            if (groups == footer.RowGroups.Count) return false;
            var group = footer.RowGroups[groups++];
            left = group.Rows;
            foreach (var column in columns) column.Begin(group);
        }
        left--;
        Number++;
        rowCharacters = 0;
        return true;
    }

    public void Dispose() => file.Dispose();

    /// <summary>Counts a value, and one character more, since any number of short values can take no bytes.</summary>
    /// <exception cref="UnreadableFileException">The row, or the file up to here, has too many characters.</exception>
    private void Count(string? value)
    {
        var taken = 1L + (value?.Length ?? 0);
        rowCharacters += taken;
        if (rowCharacters > limits.RecordCharacters)
            throw Error(
                $"the row has more than {limits.RecordCharacters} characters, the most that this service reads");
        characters += taken;
        if (characters > limits.FileBytes)
            throw Error(
                $"the file has more than {limits.FileBytes} characters up to here, the most that this service reads");

        UnreadableFileException Error(string message) => new(source.Name, Number, null, message);
    }

    private Column Add(string name, string rule, ParquetType[] types, int mostItems = 0)
    {
        var found = footer.Columns.Where(column => column.Name == name).ToList();
        var names = footer.Columns.Select(column => column.Name);
        if (found.Count == 0) throw Error($"the file has no column '{name}'; it has {ColumnNames.Listed(names)}");
        if (found.Count > 1) throw Error($"the file has more than one column '{name}'");
        if (found[0] is not { Leaf: not null, IsPlain: true } || !types.Contains(found[0].Type)) throw Error(rule);
        if (found[0].List is not null && mostItems == 0) throw Error(rule);
        columns.Add(new Column(this, found[0], mostItems));
        return columns[^1];

        UnreadableFileException Error(string message) => new(source.Name, null, name, message);
    }

    private T Whole<T>(Func<T> read, long? row, string? column)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException damage)
        {
            throw new UnreadableFileException(source.Name, row, column, damage.Message);
        }
        catch (EndOfStreamException)
        {
            throw new UnreadableFileException(source.Name, row, column, "ends too early; is the upload complete?");
        }
    }

    /// <summary>The cells of a column; each call reads the cell of the next row.</summary>
    internal sealed class Column(ParquetRows rows, ParquetColumn column, int mostItems)
    {
        private ParquetColumnReader? reader;

        public bool HasLists => column.List is not null;

        /// <summary>Whether the values are floating-point numbers.</summary>
        public bool IsReal => column.Type is ParquetType.Float or ParquetType.Double;

        /// <exception cref="UnreadableFileException">The file is damaged, or the row has no value.</exception>
        public string Value() => Optional() ?? throw Error("has no value");

        /// <summary>Null if the row has no value.</summary>
        /// <exception cref="UnreadableFileException">The file is damaged, or has too many characters.</exception>
        public string? Optional()
        {
            var value = rows.Whole(reader!.Next, rows.Number, column.Name);
            rows.Count(value);
            return value;
        }

        /// <summary>Null if the row has no list.</summary>
        /// <exception cref="UnreadableFileException">
        /// The file is damaged, the row has a list with too many items, or there are too many characters.
        /// </exception>
        public IReadOnlyList<string>? OptionalList()
        {
            rows.Count(null);
            return rows.Whole(() => reader!.NextList(rows.Count), rows.Number, column.Name);
        }

        public UnreadableFileException Error(string message) =>
            new(rows.source.Name, rows.Number, column.Name, message);

        public void Begin(ParquetRowGroup group) => reader = rows.Whole(
            () => column.Leaf < group.Chunks.Count
                ? Reader(group)
                : throw new InvalidDataException("has a row group without some of the columns"),
            rows.Number + 1, column.Name);

        private ParquetColumnReader Reader(ParquetRowGroup group) => new(
            rows.file, rows.valuesEnd, group.Chunks[column.Leaf!.Value], column, mostItems, rows.unpacked,
            rows.source.Cancellation);
    }
}
