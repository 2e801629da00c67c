using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>The properties of a JSON object that is a line of a file, or an element of its array.</summary>
/// <param name="Line">The 1-based number of the line, or of the element.</param>
internal readonly record struct JsonRow(JsonElement Json, long Line, SourceFile File)
{
    public string Text(string name) => Value(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Object } => throw Error(
            name,
            $"'{name}' must be a string, and is an object; does one object have all texts? Send an object for each " +
            "example, as pandas writes them with to_json(orient=\"records\", lines=True)"),
        _ => throw Error(name, $"'{name}' must be a string"),
    };

    /// <summary>A string or a number, since labels and ids are often numbers.</summary>
    public string Name(string name)
    {
        var value = Value(name);
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)
            ? value.GetRawText()
            : throw Error(name, $"'{name}' must be a string or a whole number");
    }

    public JsonElement Value(string name) => Find(name) is var value && !NotFinite.Is(value)
        ? value
        : throw Error(name, $"'{name}' is NaN or Infinity, which is not a value of JSON; write a string");

    /// <summary>Null if the value is missing: pandas writes null or NaN.</summary>
    public JsonElement? Optional(string name) =>
        Find(name) is var value && (value.ValueKind == JsonValueKind.Null || NotFinite.Is(value)) ? null : value;

    /// <summary>A property that the object may lack.</summary>
    public bool Has(string name, out JsonElement value) => Json.ValueKind == JsonValueKind.Object
        ? Json.TryGetProperty(name, out value) : throw Error(null, "must be a JSON object");

    private JsonElement Find(string name)
    {
        if (Has(name, out var value)) return value;
        var names = ColumnNames.Listed(Json.EnumerateObject().Select(property => property.Name));
        throw Error(name, $"has no property '{name}'; it has {names}");
    }

    public UnreadableFileException Error(string? column, string message) => new(File.Name, Line, column, message);
}
