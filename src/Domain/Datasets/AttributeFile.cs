using System.Globalization;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// A CSV file with attributes of the examples of a dataset: the column sourceId, or the columns split and position,
/// identify the example of a row; the other columns are attributes. The prefix that their columns have in the files of
/// this service is not part of their names.
/// </summary>
public sealed class AttributeFile
{
    /// <summary>The beginning of the name of an attribute's column in the files of this service.</summary>
    public const string Prefix = "attributes_";

    private const string SourceId = "sourceId", Split = "split", Position = "position";

    private static readonly TableForm Form = new(IsCsv: true, Delimiters.Comma, HasHeader: true);

    private readonly SourceFile file;
    private readonly ReadLimits limits;

    /// <summary>The columns of the attributes, in the order of their names.</summary>
    private readonly List<string> columns;

    private AttributeFile(SourceFile file, ReadLimits limits, SourceRow header)
    {
        (this.file, this.limits) = (file, limits);
        HasSourceIds = header.Fields.Contains(SourceId);
        columns = ColumnsOf(header);
        Names = NamesOf(header);
    }

    /// <summary>Whether the column sourceId identifies the examples.</summary>
    public bool HasSourceIds { get; }

    /// <summary>The names of the attributes, 1 to 20.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <exception cref="UnreadableFileException">
    /// The header does not identify examples, or does not have 1 to 20 attributes.
    /// </exception>
    public static AttributeFile Open(SourceFile file, ReadLimits limits)
    {
        using var source = new SourceText(file, TextEncoding.Utf8, limits);
        foreach (var header in CsvRows.Read(source, file, Delimiters.Comma))
            return new AttributeFile(file, limits, header);
        throw TableHeader.Missing(file, Form);
    }

    /// <summary>The rows in their order; the file is read during the enumeration.</summary>
    /// <exception cref="UnreadableFileException">A row cannot be read.</exception>
    public IEnumerable<NewAttributes> Rows()
    {
        using var source = new SourceText(file, TextEncoding.Utf8, limits);
        var (places, count) = ((Places?)null, 0);
        foreach (var row in CsvRows.Read(source, file, Delimiters.Comma))
        {
            if (places is null)
            {
                places = Places.Of(new TableHeader(row, file, Form), this);
                continue;
            }
            places.Header.Check(row);
            if (++count > limits.Records)
                throw Error(row.Line, $"the file has more rows than the {limits.Records} examples of a dataset");
            yield return new NewAttributes
            {
                Line = row.Line,
                SourceId = places.SourceId is { } id ? row.Fields[id] : null,
                Split = places.Split is { } split ? SplitOf(row, split) : null,
                Position = places.Position is { } position ? PositionOf(row, position) : null,
                Values = AttributeValues.Of(
                    Names, places.Attributes.Zip(columns, (at, column) => Value(row, at, column))),
            };
        }
    }

    /// <summary>An error in a row, of any column.</summary>
    public UnreadableFileException Error(long line, string message) => new(file.Name, line, null, message);

    private List<string> ColumnsOf(SourceRow header)
    {
        var names = header.Fields;
        if (!HasSourceIds && !(names.Contains(Split) && names.Contains(Position)))
            throw Error(
                header.Line,
                $"the header must have the column {SourceId}, or the columns {Split} and {Position}; it has "
                + ColumnNames.Listed(names));
        if (HasSourceIds && names.FirstOrDefault(name => name is Split or Position) is { } other)
            throw Error(
                header, other,
                $"identifies examples, as {SourceId} does: remove the column {SourceId}, or the columns {Split} and "
                + $"{Position}");
        List<string> attributes = [.. names.Where(name => name is not (SourceId or Split or Position))];
        return attributes.Count is > 0 and <= DatasetLimits.MaxAttributes ? attributes
            : throw Error(
                header.Line,
                $"the header has {attributes.Count} columns besides those that identify the example; a dataset has "
                + $"1 to {DatasetLimits.MaxAttributes} attributes");
    }

    private List<string> NamesOf(SourceRow header)
    {
        var names = new List<string>();
        foreach (var column in columns)
        {
            var name = column.StartsWith(Prefix, StringComparison.Ordinal) ? column[Prefix.Length..] : column;
            if (!FieldError.IsName(name))
                throw Error(header, column, $"the name of an attribute {DatasetRules.NameRule}");
            // The header refuses two columns of one name.
            if (names.IndexOf(name) is >= 0 and var earlier && columns[earlier] != column)
                throw Error(header, column, $"is the attribute '{name}', as the column {columns[earlier]} is");
            names.Add(name);
        }
        return names;
    }

    private string Value(SourceRow row, int at, string name) =>
        row.Fields[at].Length <= DatasetLimits.MaxAttributeValue
            ? row.Fields[at]
            : throw Error(row, name, $"an attribute has at most {DatasetLimits.MaxAttributeValue} characters");

    private Split SplitOf(SourceRow row, int column)
    {
        try
        {
            return SplitName.Of(row.Fields[column]);
        }
        catch (FormatException malformed)
        {
            throw Error(row, Split, malformed.Message);
        }
    }

    private int PositionOf(SourceRow row, int column) =>
        int.TryParse(row.Fields[column], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : throw Error(row, Position, "must be the position of an example in its split, a whole number from 0 on");

    private UnreadableFileException Error(SourceRow row, string column, string message) =>
        new(file.Name, row.Line, column, message);

    private sealed record Places(
        TableHeader Header, int? SourceId, int? Split, int? Position, IReadOnlyList<int> Attributes)
    {
        public static Places Of(TableHeader header, AttributeFile file)
        {
            List<int> attributes = [.. file.columns.Select(header.Place)];
            return file.HasSourceIds
                ? new(header, header.Place(AttributeFile.SourceId), null, null, attributes)
                : new(
                    header, null, header.Place(AttributeFile.Split), header.Place(AttributeFile.Position), attributes);
        }
    }
}
