using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>A table of Weights and Biases: a JSON object with the names of the columns, and then the rows.</summary>
internal static class WandbTable
{
    public static IEnumerable<ForeignRow> Rows(ForeignSource source)
    {
        using var text = source.Open();
        IReadOnlyList<string>? names = null;
        Dictionary<string, int>? places = null;
        foreach (var member in JsonMembers.Read(text, source.Source, Reading))
        {
            var json = JsonLines.Read(member.Value, source.Source, row => JsonStrings.Copy(row.Json));
            if (json.ValueKind != JsonValueKind.Array)
                throw source.Error(null, member.Name, $"'{member.Name}' must be a list");
            if (member.Name == "columns")
            {
                names = [.. json.EnumerateArray().Select(name => name.ToString())];
                places = names.Index().DistinctBy(name => name.Item)
                    .ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
            }
            else if (names is null)
                throw source.Error(null, "data", "'columns' must be before 'data', as Weights and Biases writes them");
            else yield return new Row(source, member.Value.Number - 1, names, places!, json);
        }
        if (names is null) throw source.Error(null, null, "has no 'columns'; is it a table of Weights and Biases?");
    }

    private static JsonMemberReading Reading(string name) => name switch
    {
        "columns" => JsonMemberReading.Whole,
        "data" => JsonMemberReading.Elements,
        _ => JsonMemberReading.Skip,
    };

    private sealed class Row(
        ForeignSource source, long number, IReadOnlyList<string> names, Dictionary<string, int> places,
        JsonElement values) : ForeignRow(source, number)
    {
        public override IEnumerable<string> Columns => names;

        public override ForeignCell Cell(string column)
        {
            if (!places.TryGetValue(column, out var place))
                throw Error(column, $"the table has no column '{column}'; it has {ColumnNames.Listed(names)}");
            return place < values.GetArrayLength() ? ForeignCell.Of(values[place])
                : throw Error(
                    column, $"the row has {values.GetArrayLength()} values, and the table {names.Count} columns");
        }
    }
}
