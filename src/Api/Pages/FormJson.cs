using System.Globalization;
using System.Text.Json.Nodes;

namespace PieService.Api.Pages;

/// <summary>
/// Makes the JSON of a request of the texts of a form. A text that is not what a field needs stays a text, about which
/// the API then complains.
/// </summary>
public static class FormJson
{
    public const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private static readonly char[] BetweenNumbers = [' ', ',', ';', '\t', '\r', '\n', '%'];

    /// <summary>Sets a field, such as name or seeds.count, unless there is no value.</summary>
    public static void Put(this JsonObject request, string name, JsonNode? value)
    {
        if (value is null) return;
        if (name.Split('.', 2) is [var outer, var inner])
        {
            request[outer] ??= new JsonObject();
            ((JsonObject)request[outer]!).Put(inner, value);
        }
        else
        {
            request[name] = value;
        }
    }

    public static JsonNode? Text(string? text) => text is null ? null : JsonValue.Create(text.Trim());

    public static JsonNode? Number(string? text) =>
        text is null ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number) : JsonValue.Create(text);

    /// <summary>A list of numbers from a text with spaces or commas between them.</summary>
    public static JsonArray Numbers(string text) => List(text.Split(BetweenNumbers, Trimmed), Number);

    public static JsonArray List(IEnumerable<string> values, Func<string, JsonNode?> read) =>
        new([.. values.Where(value => value.Length > 0).Select(read)]);
}
