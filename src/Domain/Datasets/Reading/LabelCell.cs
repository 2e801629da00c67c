using System.Text.Json;

namespace PieService.Domain.Datasets.Reading;

/// <summary>The labels of an example in one cell.</summary>
internal static class LabelCell
{
    /// <summary>
    /// One label; for multi-label data, labels with the separator between them or, if there is no separator, a JSON
    /// list. Empty if there is no label.
    /// </summary>
    /// <exception cref="FormatException">
    /// The cell is not a list of labels; the message follows the name of its column.
    /// </exception>
    public static IReadOnlyList<string> Read(string cell, DatasetDefinition definition) =>
        definition.Task == LearningTask.SingleLabel ? [cell]
        : cell.Length == 0 ? []
        : definition.LabelSeparator is { } separator ? cell.Split(separator)
        : FromJson(cell);

    /// <exception cref="FormatException">A value is neither a string nor a whole number.</exception>
    public static IReadOnlyList<string> Of(JsonElement list)
    {
        var labels = new List<string>(list.GetArrayLength());
        foreach (var label in list.EnumerateArray())
            labels.Add(label.ValueKind == JsonValueKind.String ? label.GetString()!
                : label.ValueKind == JsonValueKind.Number && label.TryGetInt64(out _) ? label.GetRawText()
                : throw new FormatException("has a label that is neither a string nor a whole number"));
        return labels;
    }

    private static IReadOnlyList<string> FromJson(string cell)
    {
        try
        {
            using var list = JsonDocument.Parse(cell);
            if (list.RootElement.ValueKind == JsonValueKind.Array) return Of(list.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or ArgumentException)
        {
            // For example half of a surrogate pair, escaped or not, which is not a character.
        }
        throw new FormatException(
            "is not a JSON list of labels, such as [\"a\", \"b\"]; if they have another separator, set " +
            "'labelSeparator'");
    }
}
