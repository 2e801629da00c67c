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
            row.Line, columns.Join(columns.Text!.Select(name => Text(row, name, columns.Text!.Count > 1))),
            columns.SecondText is { } second ? row.Text(second) : null,
            Labels(row, definition), columns.Id is { } id ? row.Name(id) : null)
        {
            Split = columns.Split is { } split ? At(row, split, () => SplitName.Of(row.Text(split))) : null,
        };
    }

    /// <summary>One of several texts may be missing.</summary>
    private static string Text(JsonRow row, string name, bool isOneOfSeveral) =>
        isOneOfSeveral && row.Optional(name) is null ? "" : row.Text(name);

    private static IReadOnlyList<string> Labels(JsonRow row, DatasetDefinition definition)
    {
        if (definition.Columns!.LabelColumns is not null)
            return LabelFlag.Labels(
                definition, name => At(row, name, () => row.Optional(name) is { } cell ? LabelValue.Of(cell) : ""),
                row.Error);
        var column = definition.Columns.ForLabels;
        return At(
            row, column, () => row.Optional(column) is { } labels ? LabelCell.Of(labels, definition) : [""]);
    }

    private static T At<T>(JsonRow row, string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException malformed)
        {
            throw row.Error(name, malformed.Message);
        }
    }
}
