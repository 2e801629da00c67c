using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>The objects of JSON lines or of a JSON array; or lists of labels with scores, one for each
/// example.</summary>
internal static class JsonTable
{
    public static IEnumerable<ForeignRow> Rows(ForeignSource source)
    {
        using var text = source.Open();
        // The JSON of a row is valid only while it is read, so a row has a copy of it.
        var rows = source.File.Columns!.AreLists
            ? JsonLines.ReadLists(text, source.Source, Copy) : JsonLines.Read(text, source.Source, Copy);
        foreach (var row in rows) yield return new Row(source, row);
    }

    private static JsonRow Copy(JsonRow row) => row with { Json = JsonStrings.Copy(row.Json) };

    private sealed class Row(ForeignSource source, JsonRow row) : ForeignRow(source, row.Line)
    {
        public override IEnumerable<string> Columns => row.Json.ValueKind == JsonValueKind.Object
            ? row.Json.EnumerateObject().Select(property => property.Name) : [];

        public override ForeignCell Cell(string column) => column != WholeRow
            ? row.Optional(column) is { } value ? ForeignCell.Of(value) : Missing(column)
            : row.Json.ValueKind == JsonValueKind.Array ? ForeignCell.Of(row.Json)
            : throw Error(null, "must be a list of { label, score }");

        /// <summary>NaN is a score that is not valid, but also a label that is missing.</summary>
        private ForeignCell Missing(string column) =>
            new(row.Json.TryGetProperty(column, out var value) ? NotFinite.Name(value) : null);
    }
}
