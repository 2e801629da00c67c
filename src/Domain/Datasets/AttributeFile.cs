using System.Globalization;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// A CSV file with attributes of the examples of a dataset: the column sourceId, or the columns split and position,
/// identify the example of a row; the other columns are attributes.
/// </summary>
public sealed class AttributeFile
{
    private const string SourceId = "sourceId", Split = "split", Position = "position";

    private static readonly TableForm Form = new(IsCsv: true, Delimiters.Comma, HasHeader: true);

    private readonly SourceFile file;
    private readonly ReadLimits limits;

    private AttributeFile(SourceFile file, ReadLimits limits, SourceRow header)
    {
        (this.file, this.limits) = (file, limits);
        HasSourceIds = header.Fields.Contains(SourceId);
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
    public IEnumerable<NewAttributes> Rows(Guid datasetId)
    {
        using var source = new SourceText(file, TextEncoding.Utf8, limits);
        var (columns, count) = ((Columns?)null, 0);
        foreach (var row in CsvRows.Read(source, file, Delimiters.Comma))
        {
            if (columns is null)
            {
                columns = Columns.Of(new TableHeader(row, file, Form), this);
                continue;
            }
            columns.Header.Check(row);
            if (++count > limits.Records)
                throw Error(row.Line, $"the file has more rows than the {limits.Records} examples of a dataset");
            yield return new NewAttributes
            {
                DatasetId = datasetId,
                Line = row.Line,
                SourceId = columns.SourceId is { } id ? row.Fields[id] : null,
                Split = columns.Split is { } split ? SplitOf(row, split) : null,
                Position = columns.Position is { } position ? PositionOf(row, position) : null,
                Values = AttributeValues.Of(Names, columns.Attributes.Zip(Names, (at, name) => Value(row, at, name))),
            };
        }
    }

    /// <summary>An error in a row, of any column.</summary>
    public UnreadableFileException Error(long line, string message) => new(file.Name, line, null, message);

    private List<string> NamesOf(SourceRow header)
    {
        var names = header.Fields;
        if (!HasSourceIds && !(names.Contains(Split) && names.Contains(Position)))
            throw Error(
                header.Line,
                $"the header must have the column {SourceId}, or the columns {Split} and {Position}; it has "
                + ColumnNames.Listed(names));
        List<string> attributes =
            [.. names.Where(name => HasSourceIds ? name != SourceId : name is not (Split or Position))];
        if (attributes.Count is 0 or > DatasetLimits.MaxAttributes)
            throw Error(
                header.Line,
                $"the header has {attributes.Count} columns besides those that identify the example; a dataset has "
                + $"1 to {DatasetLimits.MaxAttributes} attributes");
        return attributes.Find(name => !FieldError.IsName(name)) is not { } invalid ? attributes
            : throw Error(header, invalid, $"the name of an attribute {DatasetRules.NameRule}");
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

    private sealed record Columns(
        TableHeader Header, int? SourceId, int? Split, int? Position, IReadOnlyList<int> Attributes)
    {
        public static Columns Of(TableHeader header, AttributeFile file)
        {
            List<int> attributes = [.. file.Names.Select(header.Place)];
            return file.HasSourceIds
                ? new(header, header.Place(AttributeFile.SourceId), null, null, attributes)
                : new(
                    header, null, header.Place(AttributeFile.Split), header.Place(AttributeFile.Position), attributes);
        }
    }
}
