using System.Text.Json;

namespace PieService.Domain.Datasets.Reading;

/// <summary>The labels of an example in one cell, or in one property of a JSON object.</summary>
internal static class LabelCell
{
    /// <summary>
    /// One label; for multi-label data, labels with the separator between them or, if there is no separator, a list as
    /// JSON or Python writes it. Empty if there is no label; a missing label is the label <c>""</c> if examples without
    /// one are dropped.
    /// </summary>
    /// <exception cref="FormatException">
    /// The cell is not a list of labels; the message follows the name of its column.
    /// </exception>
    public static IReadOnlyList<string> Read(string cell, DatasetDefinition definition) =>
        definition.Task == LearningTask.SingleLabel ? [cell]
        : cell.Length == 0 ? definition.DropLabels?.Contains("") is true ? [""] : []
        : definition.LabelSeparator is { } separator ? Separated(cell, separator)
        : List(cell) ?? throw new FormatException(
            "is not a list of labels, such as [\"a\", \"b\"] or ['a', 'b']; if the labels have a separator between "
            + "them, set 'labelSeparator'");

    /// <summary>
    /// A label, or for multi-label data a list of them; a list of one label is a label too, as in the files that this
    /// service writes.
    /// </summary>
    /// <exception cref="FormatException">
    /// The value is not a label or list of labels; the message follows the name of its property.
    /// </exception>
    public static IReadOnlyList<string> Of(JsonElement value, DatasetDefinition definition) => value.ValueKind switch
    {
        JsonValueKind.Array when definition.Task == LearningTask.SingleLabel => Only(Items(value)),
        JsonValueKind.Array => Items(value),
        JsonValueKind.String => Read(value.GetString()!, definition),
        _ when definition.Task == LearningTask.SingleLabel => [LabelValue.Of(value)],
        _ => throw new FormatException("must be a list of labels, or a string with such a list"),
    };

    /// <summary>The label of single-label data whose file has lists; an empty list is a missing label.</summary>
    /// <exception cref="FormatException">There are several labels.</exception>
    public static IReadOnlyList<string> Only(IReadOnlyList<string> labels) => labels.Count switch
    {
        0 => [""],
        1 => labels,
        _ => throw new FormatException(
            $"has {labels.Count} labels; an example of single-label data has one, so set 'task' to multiLabel, with "
            + "'columns.labels'"),
    };

    private static string[] Separated(string cell, string separator) => List(cell) is null
        ? cell.Split(separator)
        : throw new FormatException(
            $"is a list, as JSON or Python writes it, and not labels with '{separator}' between them; leave out "
            + "'labelSeparator' to read it as a list");

    private static IReadOnlyList<string>? List(string cell) => FromJson(cell) ?? PythonList.Read(cell);

    private static IReadOnlyList<string>? FromJson(string cell)
    {
        // A list of Python's begins with an apostrophe most often, and a failed attempt takes long.
        var start = cell.AsSpan().TrimStart();
        if (start is not ['[', ..] || start[1..].TrimStart() is ['\'', ..]) return null;
        try
        {
            using var list = JsonDocument.Parse(cell);
            return Items(list.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or ArgumentException)
        {
            // For example half of a surrogate pair, escaped or not, which is not a character.
            return null;
        }
    }

    /// <exception cref="FormatException">A value is not a label.</exception>
    private static IReadOnlyList<string> Items(JsonElement list) => [.. list.EnumerateArray().Select(LabelValue.Of)];
}
