using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace PieService.Api.Tables;

/// <summary>
/// Writes RFC 4180 in UTF-8 with a header row. A cell without a value is empty, and an empty text is "". Cells are
/// written as they are, even if a spreadsheet would interpret them as a formula: see docs/formats.md.
/// </summary>
internal static class CsvTable
{
    private static readonly CsvConfiguration Rfc4180 = new(CultureInfo.InvariantCulture) { NewLine = "\r\n" };

    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<TItem> rows, Columns<TItem> columns, Stream output, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(
            output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024, leaveOpen: true);
        await using var csv = new CsvWriter(text, Rfc4180, leaveOpen: true);
        foreach (var column in columns) Cell(csv, column.Name);
        await csv.NextRecordAsync();
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            foreach (var column in columns) Cell(csv, column.Text(row));
            await csv.NextRecordAsync();
        }
    }

    private static void Cell(CsvWriter csv, string? cell) =>
        csv.WriteField(
            cell,
            shouldQuote: cell is not null
                && (cell.Length == 0 || cell[0] == ' ' || cell[^1] == ' ' || cell.AsSpan().ContainsAny(",\"\r\n")));
}
