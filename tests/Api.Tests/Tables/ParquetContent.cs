using ParquetSharp;

namespace PieService.Api.Tests.Tables;

/// <summary>The content of a Parquet file, as the reader of Apache Arrow returns it, which pandas uses too.</summary>
/// <param name="Rows">The rows, each with a value for each column.</param>
internal sealed record ParquetContent(
    IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, IReadOnlyDictionary<string, string> Metadata,
    int RowGroups)
{
    public static ParquetContent Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var file = new ParquetFileReader(stream, leaveOpen: true);
        var about = file.FileMetaData;
        var names = Enumerable.Range(0, about.NumColumns).Select(column => about.Schema.Column(column).Name).ToList();
        var rows = Enumerable.Range(0, about.NumRowGroups).SelectMany(group => RowsOf(file, group, names.Count))
            .ToList();
        return new ParquetContent(names, rows, about.KeyValueMetadata, about.NumRowGroups);
    }

    public object? this[int row, string column] => Rows[row][Columns.ToList().IndexOf(column)];

    private static List<object?[]> RowsOf(ParquetFileReader file, int place, int columns)
    {
        using var group = file.RowGroup(place);
        var rows = Enumerable.Range(0, (int)group.MetaData.NumRows).Select(_ => new object?[columns]).ToList();
        for (var column = 0; column < columns; column++)
        {
            using var reader = group.Column(column);
            using var values = reader.LogicalReader();
            foreach (var (row, value) in values.Apply(new Values()).Index()) rows[row][column] = value;
        }
        return rows;
    }

    private sealed class Values : ILogicalColumnReaderVisitor<List<object?>>
    {
        public List<object?> OnLogicalColumnReader<TValue>(LogicalColumnReader<TValue> columnReader) =>
            [.. columnReader.Select(value => (object?)value)];
    }
}
