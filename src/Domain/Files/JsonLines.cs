using System.Text;
using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Reading;

namespace PieService.Domain.Files;

/// <summary>Examples from one JSON object a line. Empty lines are skipped; properties that are not mapped are ignored.</summary>
internal static class JsonLines
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static IEnumerable<SourceRecord> Read(SourceText source, DatasetPart part, DatasetDefinition definition) =>
        from line in SourceLine.Of(source)
        where !string.IsNullOrWhiteSpace(line.Text)
        select Record(line, part, definition);

    private static SourceRecord Record(SourceLine line, DatasetPart part, DatasetDefinition definition)
    {
        var columns = definition.Columns!;
        var utf8 = Encoding.UTF8.GetBytes(line.Text);
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            var properties = new Properties(document.RootElement, line, part);
            return new SourceRecord(
                line.Number, properties.Text(columns.Text!), columns.SecondText is { } second ? properties.Text(second) : null,
                properties.Labels(columns.ForLabels, definition), columns.Id is { } id ? properties.Name(id) : null);
        }
        catch (JsonException failure)
        {
            var place = failure.BytePositionInLine is { } position
                ? $"character {1 + Encoding.UTF8.GetCharCount(utf8, 0, (int)Math.Min(position, utf8.Length))}"
                : null;
            throw new DatasetContentException(
                part.Name, line.Number, place, $"is not valid JSON: {failure.Message.Split(" LineNumber:")[0].Split(" Path:")[0]}");
        }
        catch (InvalidOperationException)
        {
            throw new DatasetContentException(part.Name, line.Number, null, "escapes half of a surrogate pair (such as \\ud800), which is no character");
        }
    }

    private readonly struct Properties(JsonElement json, SourceLine line, DatasetPart part)
    {
        public string Text(string name) => Get(name) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw Error(name, $"'{name}' must be a string");

        /// <summary>Labels and ids are often numbers.</summary>
        public string Name(string name)
        {
            var value = Get(name);
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)
                ? value.GetRawText()
                : throw Error(name, $"'{name}' must be a string or a whole number");
        }

        /// <summary>Of multi-label data a list, or a cell as a table has it.</summary>
        public IReadOnlyList<string> Labels(string name, DatasetDefinition definition)
        {
            if (definition.Task == LearningTask.SingleLabel) return [Name(name)];
            var value = Get(name);
            try
            {
                return value.ValueKind switch
                {
                    JsonValueKind.Array => LabelCell.Of(value),
                    JsonValueKind.String when definition.LabelSeparator is not null => LabelCell.Read(value.GetString()!, definition),
                    _ => throw new FormatException($"'{name}' must be a list of labels, or, with 'labelSeparator', a string"),
                };
            }
            catch (FormatException malformed)
            {
                throw Error(name, malformed.Message);
            }
        }

        private JsonElement Get(string name)
        {
            if (json.ValueKind != JsonValueKind.Object) throw Error(null, "must be a JSON object");
            return json.TryGetProperty(name, out var value)
                ? value
                : throw Error(name, $"has no property '{name}'; it has {ColumnNames.Listed(json.EnumerateObject().Select(property => property.Name))}");
        }

        private DatasetContentException Error(string? column, string message) => new(part.Name, line.Number, column, message);
    }
}
