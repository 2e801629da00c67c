using System.Text;
using System.Text.Json;

namespace PieService.Worker.Files;

/// <summary>
/// The settings of a pretrained model in a JSON file, or in an object in it. A setting that is null counts as missing.
/// </summary>
internal sealed class ModelSettings
{
    private readonly string path, at;
    private readonly JsonElement settings;

    /// <param name="at">The names that lead to the object, each with a dot; empty for the whole file.</param>
    private ModelSettings(string path, JsonElement settings, string at = "") =>
        (this.path, this.settings, this.at) = (path, settings, at);

    /// <summary>Settings without any value.</summary>
    public static ModelSettings None { get; } = new("", JsonDocument.Parse("{}").RootElement);

    /// <summary>As <see cref="Read"/>; a file that does not exist has no settings.</summary>
    public static ModelSettings ReadIfExists(string path) => File.Exists(path) ? Read(path) : None;

    /// <exception cref="UnusableModelException">The file does not exist, or it is not a JSON object.</exception>
    public static ModelSettings Read(string path)
    {
        try
        {
            var bytes = RegularFile.ReadAllBytes(path).AsSpan();
            if (ForeignFormat.LfsPointer(bytes) is { } pointer)
                throw new UnusableModelException($"{ShownPath.Of(path)} {pointer}.");
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes["\uFEFF"u8.Length..];
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(bytes));
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new(path, json.RootElement.Clone())
                : throw new UnusableModelException($"{ShownPath.Of(path)} is not a JSON object.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
            or InvalidDataException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
        catch (JsonException malformed)
        {
            throw new UnusableModelException($"{ShownPath.Of(path)} is not JSON: {malformed.Message}", malformed);
        }
    }

    /// <exception cref="UnusableModelException">The setting is not a whole number within the bounds; or it is missing
    /// and there is no default.</exception>
    public int Integer(string name, int? otherwise = null, int atLeast = 1, int atMost = int.MaxValue) =>
        Find(name) is not { } value ? otherwise ?? throw Refusal(name, "is missing")
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= atLeast
            && number <= atMost ? number
        : throw Refusal(name, $"is {value.GetRawText()}, not a whole number from {atLeast} to {atMost}");

    /// <exception cref="UnusableModelException">The setting is not a number from 0 to 1, 1 excluded.</exception>
    public double Fraction(string name, double otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and < 1
        ? number
        : throw Refusal(name, $"is {value.GetRawText()}, not a number from 0 to below 1");

    /// <exception cref="UnusableModelException">The setting is neither true nor false.</exception>
    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Refusal(name, $"is {value.GetRawText()}, neither true nor false");

    /// <summary>A text, or the text of an added token, which is an object with its text as <c>content</c>.</summary>
    /// <exception cref="UnusableModelException">The setting is not a text.</exception>
    public string Text(string name, string otherwise)
    {
        if (Find(name) is not { } value) return otherwise;
        try
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
                value = content;
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An unpaired surrogate, "\ud800", is valid JSON.
        }
        throw Refusal(name, $"is {value.GetRawText()}, not a text");
    }

    /// <summary>The names of all settings, in the order of the file.</summary>
    public IReadOnlyList<string> Names =>
        [.. settings.EnumerateObject().Select(property => NameOf(property)).OfType<string>()];

    public bool Has(string name) => Find(name) is not null;

    /// <summary>The settings of an object; null if there is none.</summary>
    /// <exception cref="UnusableModelException">The setting is not an object.</exception>
    public ModelSettings? Section(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(path, value, $"{at}{name}.")
        : throw Refusal(name, "is not an object");

    /// <summary>A section for each item of a list; an item that is a text is a section with that text as
    /// <c>content</c>. Empty if there is no list.</summary>
    /// <exception cref="UnusableModelException">The setting is not a list of objects and texts.</exception>
    public IReadOnlyList<ModelSettings> List(string name)
    {
        if (Find(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Refusal(name, "is not a list");
        return [.. value.EnumerateArray().Select((item, place) => Item($"{name}[{place}]", item))];
    }

    /// <summary>The section of a token, which may be a text or an object; null if there is none.</summary>
    /// <exception cref="UnusableModelException">The setting is neither.</exception>
    public ModelSettings? Token(string name) => Find(name) is { } value ? Item(name, value) : null;

    public UnusableModelException Refusal(string name, string what) =>
        new($"{ShownPath.Of(path)}: {at}{name} {what}.");

    private ModelSettings Item(string name, JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.Object => new(path, item, $"{at}{name}."),
        JsonValueKind.String => new(path, JsonSerializer.SerializeToElement(
            new Dictionary<string, JsonElement> { ["content"] = item }), $"{at}{name}."),
        _ => throw Refusal(name, $"is {item.GetRawText()}, neither a text nor an object"),
    };

    /// <summary>Null for a name with half of a surrogate pair.</summary>
    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private JsonElement? Find(string name)
    {
        try
        {
            return settings.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw Refusal(name, "cannot be looked up: another name has half of a surrogate pair");
        }
    }
}
