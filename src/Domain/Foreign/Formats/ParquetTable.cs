using PieService.Domain.Datasets;
using PieService.Domain.Files.Parquet;

namespace PieService.Domain.Foreign.Formats;

/// <summary>The rows of a Parquet file, of which only the columns are read that the definition names.</summary>
internal static class ParquetTable
{
    public static IEnumerable<ForeignRow> Rows(ForeignSource source)
    {
        using var rows = new ParquetRows(source.Source, source.Limits);
        var mapping = source.File.Columns!;
        var names = mapping.Named().Select(column => column.Column)
            .Concat(mapping.ScoresPrefix is { } prefix
                ? rows.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)) : [])
            .Distinct(StringComparer.Ordinal).ToList();
        var columns = names.Select(name => rows.Labels(name, DatasetLimits.MaxLabels)).ToList();
        var places = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        while (rows.Next())
        {
            // Every cell of a row is read, whatever the others are.
            var cells = new ForeignCell[columns.Count];
            for (var i = 0; i < cells.Length; i++)
                cells[i] = columns[i].HasLists ? new(null, columns[i].OptionalList()) : new(columns[i].Optional());
            yield return new Row(source, rows.Number, names, cells, places);
        }
    }

    private sealed class Row(
        ForeignSource source, long number, IReadOnlyList<string> names, ForeignCell[] cells,
        Dictionary<string, int> places) : ForeignRow(source, number)
    {
        public override IEnumerable<string> Columns => names;

        public override ForeignCell Cell(string column) => cells[places[column]];
    }
}
