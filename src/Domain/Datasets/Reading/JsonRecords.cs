using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from JSON lines; properties that are not mapped are ignored.</summary>
internal static class JsonRecords
{
    public static IEnumerable<SourceRecord> Of(SourceText source, SourceFile file, DatasetFiles files) =>
        JsonLines.Read(source, file, row => Record(row, files));

    private static SourceRecord Record(JsonRow row, DatasetFiles files)
    {
        var columns = files.Definition.Columns!;
        return new SourceRecord(
            row.Line, columns.Join(columns.Text!.Select(name => Text(row, name, columns.Text!.Count > 1))),
            columns.SecondText is { } second ? row.Text(second) : null,
            Labels(row, files), columns.Id is { } id ? row.Name(id) : null)
        {
            Split = columns.Split is { } split ? At(row, split, () => SplitName.Of(row.Text(split))) : null,
            Attributes = columns.Attributes?.Select(name => Attribute(row, name)).ToList(),
        };
    }

    private static string? Attribute(JsonRow row, string name) => row.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
        _ => throw row.Error(name, $"'{name}' must be a string, a number, true or false; it is an attribute"),
    };

    /// <summary>One of several texts may be missing.</summary>
    private static string Text(JsonRow row, string name, bool isOneOfSeveral) =>
        isOneOfSeveral && row.Optional(name) is null ? "" : row.Text(name);

    private static IReadOnlyList<string> Labels(JsonRow row, DatasetFiles files)
    {
        if (files.Definition.Columns!.LabelColumns is { } flags)
            return LabelFlag.Labels(
                flags, files.Selection,
                name => At(row, name, () => row.Optional(name) is { } cell ? LabelValue.Of(cell) : ""),
                row.Error);
        var column = files.Definition.Columns.ForLabels;
        return At(
            row, column, () => row.Optional(column) is { } labels ? LabelCell.Of(labels, files.Definition) : [""]);
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
