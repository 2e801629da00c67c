using System.Text;
using System.Text.Json;

namespace PieService.Worker.Files;

/// <summary>The settings of a pretrained model in a JSON file. A setting that is null counts as missing.</summary>
internal sealed class ModelSettings
{
    private readonly string path;
    private readonly JsonElement settings;

    private ModelSettings(string path, JsonElement settings) => (this.path, this.settings) = (path, settings);

    /// <summary>Settings without any value.</summary>
    public static ModelSettings None { get; } = new("", JsonDocument.Parse("{}").RootElement);

    /// <exception cref="UnusableModelException">The file does not exist, or it is not a JSON object.</exception>
    public static ModelSettings Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path)));
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

    public UnusableModelException Refusal(string name, string what) => new($"{ShownPath.Of(path)}: {name} {what}.");

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
