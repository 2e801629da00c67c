using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from JSON lines; properties that are not mapped are ignored.</summary>
internal static class JsonRecords
{
    public static IEnumerable<SourceRecord> Of(SourceText source, SourceFile file, DatasetDefinition definition) =>
        JsonLines.Read(source, file, row => Record(row, definition));

    private static SourceRecord Record(JsonRow row, DatasetDefinition definition)
    {
        var columns = definition.Columns!;
        return new SourceRecord(
            row.Line, row.Text(columns.Text!), columns.SecondText is { } second ? row.Text(second) : null,
            Labels(row, definition), columns.Id is { } id ? row.Name(id) : null);
    }

    /// <summary>For multi-label data a list, or text as in a cell of a table.</summary>
    private static IReadOnlyList<string> Labels(JsonRow row, DatasetDefinition definition)
    {
        var name = definition.Columns!.ForLabels;
        if (definition.Task == LearningTask.SingleLabel) return [row.Name(name)];
        var value = row.Value(name);
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Array => LabelCell.Of(value),
                JsonValueKind.String when definition.LabelSeparator is not null =>
                    LabelCell.Read(value.GetString()!, definition),
                _ => throw new FormatException(
                    $"'{name}' must be a list of labels, or, with 'labelSeparator', a string"),
            };
        }
        catch (FormatException malformed)
        {
            throw row.Error(name, malformed.Message);
        }
    }
}
