using System.Globalization;

namespace PieService.Domain.Files;

/// <summary>
/// The columns of a table: their names, or their numbers from 1 if the table has no header row, their positions, and
/// the number of fields that each row must have.
/// </summary>
internal sealed class TableHeader
{
    private readonly SourceRow first;
    private readonly SourceFile file;
    private readonly TableForm form;
    private readonly string[] names;

    /// <param name="first">The first row of the table.</param>
    public TableHeader(SourceRow first, SourceFile file, TableForm form)
    {
        (this.first, this.file, this.form) = (first, file, form);
        names = form.HasHeader
            ? first.Fields
            : [.. Enumerable.Range(1, first.Fields.Length).Select(Number)];
    }

    public IReadOnlyList<string> Names => names;

    public string Name(int column) => names[column];

    /// <exception cref="UnreadableFileException">No column has this name, or more than one.</exception>
    public int Place(string name)
    {
        var place = Array.IndexOf(names, name);
        if (place < 0) throw Error(first, name, Missing(name) + Hint(name));
        if (Array.IndexOf(names, name, place + 1) >= 0)
            throw Error(first, name, $"the header has more than one column '{name}'");
        return place;
    }

    /// <exception cref="UnreadableFileException">
    /// The row has more or fewer fields than the first one, or is the header again.
    /// </exception>
    public void Check(SourceRow other)
    {
        if (form.HasHeader && IsHeader(other))
            throw Error(
                other, names[0],
                "repeats the header row, as if files had been joined; remove the row, or send the files as they were");
        if (other.Fields.Length == names.Length) return;
        // The first missing field, or the first field without a column.
        var column = names.ElementAtOrDefault(other.Fields.Length) ?? Number(names.Length + 1);
        throw Error(
            other, column,
            $"has {other.Fields.Length} columns, but the {(form.HasHeader ? "header" : "first row")} has " +
            $"{names.Length}{Reason(other)}");
    }

    public static UnreadableFileException Missing(SourceFile file, TableForm form) => new(
        file.Name, 1, null,
        form.HasHeader ? "the file is empty; it must begin with a header row" : "the file is empty");

    private bool IsHeader(SourceRow other) =>
        other.Fields.Length == names.Length && SourceText.WithoutMark(other.Fields[0]) == names[0]
        && other.Fields.AsSpan(1).SequenceEqual(names.AsSpan(1));

    private string Missing(string name) => form.HasHeader
        ? $"the header has no column '{name}'; it has {ColumnNames.Listed(names)}{NumberHint(name)}"
        : $"the table has no column {name}; its first row has {names.Length} columns";

    /// <summary>Without a header row, columns have numbers.</summary>
    private static string NumberHint(string name) =>
        name.All(char.IsAsciiDigit) ? "; if the file has no header row, set 'header' to false" : "";

    /// <summary>The delimiter with which the first row has the column, or more than one column.</summary>
    private string Hint(string name)
    {
        var others = Delimiters.All.Select(text => text[0]).Where(other => other != form.Delimiter).ToList();
        var found = names.Length > 1 && !form.HasHeader ? default
            : others.Find(other => form.HasHeader && first.Fields.Any(
                field => field.Contains(other) && field.Split(other).Any(part => part.Trim(' ', '"') == name)));
        if (found == default && names.Length == 1) found = others.Find(other => first.Fields[0].Contains(other));
        return found == default ? ""
            : $". The columns seem to be separated by another character: {Delimiters.SetTo(found, form.IsCsv)}";
    }

    private string Reason(SourceRow other) =>
        other.Fields.Length == names.Length + 1 && other.Fields[^1].Length == 0
            ? "; the row ends with a delimiter, and the header does not"
        : !form.IsCsv && other.Fields.Any(field => field.Contains('"'))
            ? $"; if the fields are quoted, {Delimiters.SetTo(form.Delimiter, form.IsCsv)}"
        : "";

    private static string Number(int column) => column.ToString(CultureInfo.InvariantCulture);

    private UnreadableFileException Error(SourceRow at, string column, string message) =>
        new(file.Name, at.Line, column, message);
}
