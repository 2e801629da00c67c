using System.Text.Json;
using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>
/// A file that fixes the order of the labels: a JSON object with the 0-based index of each name, or a list of names.
/// </summary>
internal static class LabelIndex
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="UnreadableFileException">The file has another content.</exception>
    public static IReadOnlyList<string> Read(DatasetPart part, ReadLimits limits)
    {
        using var source = new SourceText(part, TextEncoding.Utf8, limits) { IsEncodingFixed = true };
        try
        {
            using var json = JsonDocument.Parse(source.ReadToEnd(), Strict);
            var names = json.RootElement.ValueKind == JsonValueKind.Array
                ? json.RootElement.EnumerateArray()
                    .Select(name =>
                        name.ValueKind == JsonValueKind.String ? name.GetString()! : throw new JsonException()).ToList()
                : InOrder(json.RootElement);
            if (names.Count is < 1 or > DatasetLimits.MaxLabels)
                throw Error($"must have 1 to {DatasetLimits.MaxLabels} labels");
            // Each message names the label, and that of a repetition the field.
            var fields = names.Select(name => ($"the label '{Invisible.Shown(name)}'", (string?)name));
            if (LabelRules.Each(fields).FirstOrDefault() is { } error) throw Error(error.Message);
            return names;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Error(
                "must be a JSON object from the name of each label to its index, {\"cs.it\": 0, \"math.it\": 1}, or a "
                    + "list of the names");
        }

        UnreadableFileException Error(string message) => new(part.Name, null, null, message);
    }

    private static List<string> InOrder(JsonElement indices)
    {
        var byIndex = new SortedDictionary<int, string>();
        foreach (var label in indices.EnumerateObject())
            if (label.Value.ValueKind != JsonValueKind.Number || !label.Value.TryGetInt32(out var index)
                || !byIndex.TryAdd(index, label.Name)) throw new JsonException();
        return byIndex.Keys.SequenceEqual(Enumerable.Range(0, byIndex.Count))
            ? [.. byIndex.Values] : throw new JsonException();
    }
}
