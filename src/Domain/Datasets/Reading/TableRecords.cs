using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from the rows of a table, its columns found by their names in the header.</summary>
internal static class TableRecords
{
    public static IEnumerable<SourceRecord> Of(IEnumerable<SourceRow> rows, DatasetPart part, DatasetDefinition definition)
    {
        Header? header = null;
        foreach (var row in rows)
        {
            if (header is null)
            {
                header = Header.Of(row, part, definition.Columns!);
                continue;
            }
            if (row.Fields.Length != header.Names.Length)
            {
                // The first that is missing, or the first that the header does not know.
                var column = header.Names.ElementAtOrDefault(row.Fields.Length) ?? $"{header.Names.Length + 1}";
                throw new DatasetContentException(part.Name, row.Line, column, $"has {row.Fields.Length} columns where the header has {header.Names.Length}");
            }
            yield return new SourceRecord(
                row.Line, row.Fields[header.Text], Optional(row, header.SecondText), Labels(row, header.Labels), Optional(row, header.Id));
        }
        if (header is null) throw new DatasetContentException(part.Name, 1, null, "the file is empty; it must begin with a header row");

        IReadOnlyList<string> Labels(SourceRow row, int column)
        {
            try
            {
                return LabelCell.Read(row.Fields[column], definition);
            }
            catch (FormatException malformed)
            {
                throw new DatasetContentException(part.Name, row.Line, header.Names[column], malformed.Message);
            }
        }
    }

    private static string? Optional(SourceRow row, int? column) => column is { } index ? row.Fields[index] : null;

    private sealed record Header(string[] Names, int Text, int? SecondText, int Labels, int? Id)
    {
        public static Header Of(SourceRow row, DatasetPart part, ColumnMapping columns)
        {
            return new Header(
                row.Fields, Place(columns.Text!), columns.SecondText is { } second ? Place(second) : null,
                Place(columns.ForLabels), columns.Id is { } id ? Place(id) : null);

            int Place(string name)
            {
                var place = Array.IndexOf(row.Fields, name);
                if (place < 0)
                    throw new DatasetContentException(part.Name, row.Line, name, $"the header has no column '{name}'; it has {ColumnNames.Listed(row.Fields)}");
                if (Array.IndexOf(row.Fields, name, place + 1) >= 0)
                    throw new DatasetContentException(part.Name, row.Line, name, $"the header has more than one column '{name}'");
                return place;
            }
        }
    }
}
