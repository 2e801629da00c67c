using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>The rows of CSV and TSV.</summary>
internal static class TextTable
{
    public static IEnumerable<ForeignRow> Rows(ForeignSource source)
    {
        using var text = source.Open();
        var form = source.File.Table;
        var rows = form.IsCsv ? CsvRows.Read(text, source.Source, form.Delimiter) : TsvRows.Read(text);
        TableHeader? header = null;
        Dictionary<string, int>? places = null;
        foreach (var row in rows)
        {
            if (header is null)
            {
                header = new TableHeader(row, source.Source, form);
                places = source.File.Columns!.Named().ToDictionary(
                    column => column.Column, column => header.Place(column.Column), StringComparer.Ordinal);
                foreach (var (name, place) in header.Names.Select((name, place) => (name, place)))
                    places.TryAdd(name, place);
                continue;
            }
            header.Check(row);
            yield return new Row(source, row, header.Names, places!);
        }
        if (header is null) throw TableHeader.Missing(source.Source, form);
    }

    private sealed class Row(
        ForeignSource source, SourceRow row, IReadOnlyList<string> names, Dictionary<string, int> places)
        : ForeignRow(source, row.Line)
    {
        public override IEnumerable<string> Columns => names;

        public override ForeignCell Cell(string column) => new(row.Fields[places[column]]);
    }
}
