using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>The properties of a JSON object that is a line of a file.</summary>
/// <param name="Line">1-based.</param>
internal readonly record struct JsonRow(JsonElement Json, long Line, SourceFile File)
{
    public string Text(string name) => Value(name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : throw Error(name, $"'{name}' must be a string");

    /// <summary>A string or a number, since labels and ids are often numbers.</summary>
    public string Name(string name)
    {
        var value = Value(name);
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)
            ? value.GetRawText()
            : throw Error(name, $"'{name}' must be a string or a whole number");
    }

    public JsonElement Value(string name)
    {
        if (Json.ValueKind != JsonValueKind.Object) throw Error(null, "must be a JSON object");
        if (Json.TryGetProperty(name, out var value)) return value;
        var names = ColumnNames.Listed(Json.EnumerateObject().Select(property => property.Name));
        throw Error(name, $"has no property '{name}'; it has {names}");
    }

    public UnreadableFileException Error(string? column, string message) => new(File.Name, Line, column, message);
}
