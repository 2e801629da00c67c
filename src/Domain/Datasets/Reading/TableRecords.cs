using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from the rows of a table, whose columns are found by name or by number.</summary>
internal static class TableRecords
{
    public static IEnumerable<SourceRecord> Of(
        IEnumerable<SourceRow> rows, SourceFile file, DatasetFiles files, TableForm form)
    {
        var (definition, columns) = (files.Definition, (Columns?)null);
        foreach (var row in rows)
        {
            if (columns is null)
            {
                columns = Columns.Of(new TableHeader(row, file, form), definition.Columns!);
                if (form.HasHeader) continue;
            }
            columns.Header.Check(row);
            yield return new SourceRecord(
                row.Line, definition.Columns!.Join(columns.Text.Select(column => row.Fields[column])),
                Optional(row, columns.SecondText), Labels(row, columns), Optional(row, columns.Id))
            {
                Split = columns.Split is { } split
                    ? At(row, columns.Header.Name(split), () => SplitName.Of(row.Fields[split])) : null,
                Attributes = columns.Attributes?.Select(column => row.Fields[column]).ToList(),
            };
        }
        if (columns is null) throw TableHeader.Missing(file, form);

        IReadOnlyList<string> Labels(SourceRow row, Columns columns)
        {
            if (columns.LabelFlags is { } flags)
                return LabelFlag.Labels(
                    definition.Columns!.LabelColumns!, files.Selection, name => row.Fields[flags[name]],
                    (name, message) => new UnreadableFileException(file.Name, row.Line, name, message));
            var labels = columns.Labels!.Value;
            return At(row, columns.Header.Name(labels), () => LabelCell.Read(row.Fields[labels], definition));
        }

        T At<T>(SourceRow row, string column, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (FormatException malformed)
            {
                throw new UnreadableFileException(file.Name, row.Line, column, malformed.Message);
            }
        }
    }

    private static string? Optional(SourceRow row, int? column) => column is { } index ? row.Fields[index] : null;

    /// <param name="LabelFlags">The place of each column with a label; null if one column has the labels.</param>
    private sealed record Columns(
        TableHeader Header, IReadOnlyList<int> Text, int? SecondText, int? Labels,
        IReadOnlyDictionary<string, int>? LabelFlags, int? Id, int? Split, IReadOnlyList<int>? Attributes)
    {
        public static Columns Of(TableHeader header, ColumnMapping mapping)
        {
            return new(
                header, [.. mapping.Text!.Select(header.Place)], Optional(mapping.SecondText),
                mapping.LabelColumns is null ? header.Place(mapping.ForLabels) : null,
                mapping.LabelColumns?.ToDictionary(name => name, header.Place, StringComparer.Ordinal),
                Optional(mapping.Id), Optional(mapping.Split), mapping.Attributes?.Select(header.Place).ToList());

            int? Optional(string? name) => name is null ? null : header.Place(name);
        }
    }
}
