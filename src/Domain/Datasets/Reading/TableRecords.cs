using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from the rows of a table, whose columns are found by name or by number.</summary>
internal static class TableRecords
{
    public static IEnumerable<SourceRecord> Of(
        IEnumerable<SourceRow> rows, SourceFile file, DatasetDefinition definition, TableForm form)
    {
        Columns? columns = null;
        foreach (var row in rows)
        {
            if (columns is null)
            {
                columns = Columns.Of(new TableHeader(row, file, form), definition.Columns!);
                if (form.HasHeader) continue;
            }
            columns.Header.Check(row);
            yield return new SourceRecord(
                row.Line, row.Fields[columns.Text], Optional(row, columns.SecondText), Labels(row, columns),
                Optional(row, columns.Id));
        }
        if (columns is null) throw TableHeader.Missing(file, form);

        IReadOnlyList<string> Labels(SourceRow row, Columns columns)
        {
            try
            {
                return LabelCell.Read(row.Fields[columns.Labels], definition);
            }
            catch (FormatException malformed)
            {
                throw new UnreadableFileException(
                    file.Name, row.Line, columns.Header.Name(columns.Labels), malformed.Message);
            }
        }
    }

    private static string? Optional(SourceRow row, int? column) => column is { } index ? row.Fields[index] : null;

    private sealed record Columns(TableHeader Header, int Text, int? SecondText, int Labels, int? Id)
    {
        public static Columns Of(TableHeader header, ColumnMapping mapping) => new(
            header, header.Place(mapping.Text!), mapping.SecondText is { } second ? header.Place(second) : null,
            header.Place(mapping.ForLabels), mapping.Id is { } id ? header.Place(id) : null);
    }
}
