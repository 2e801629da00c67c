namespace PieService.Domain.Files;

/// <summary>
/// The first row of a table: the positions of its columns, and the number of fields that each row must have.
/// </summary>
internal sealed class TableHeader(SourceRow row, SourceFile file)
{
    public string Name(int column) => row.Fields[column];

    /// <exception cref="UnreadableFileException">No column has this name, or more than one.</exception>
    public int Place(string name)
    {
        var place = Array.IndexOf(row.Fields, name);
        if (place < 0)
            throw Error(row, name, $"the header has no column '{name}'; it has {ColumnNames.Listed(row.Fields)}");
        if (Array.IndexOf(row.Fields, name, place + 1) >= 0)
            throw Error(row, name, $"the header has more than one column '{name}'");
        return place;
    }

    /// <exception cref="UnreadableFileException">The row has more or fewer fields than the header.</exception>
    public void Check(SourceRow other)
    {
        if (other.Fields.Length == row.Fields.Length) return;
        // The first missing field, or the first field without a column.
        var column = row.Fields.ElementAtOrDefault(other.Fields.Length) ?? $"{row.Fields.Length + 1}";
        throw Error(other, column, $"has {other.Fields.Length} columns, but the header has {row.Fields.Length}");
    }

    public static UnreadableFileException Missing(SourceFile file) =>
        new(file.Name, 1, null, "the file is empty; it must begin with a header row");

    private UnreadableFileException Error(SourceRow at, string column, string message) =>
        new(file.Name, at.Line, column, message);
}
