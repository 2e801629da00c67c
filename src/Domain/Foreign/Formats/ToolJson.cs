using System.Globalization;
using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>What the JSON files of evaluation tools have in common: objects in which a member may be missing.</summary>
internal static class ToolJson
{
    /// <summary>The member at a path of names; null if there is none, or if it is null.</summary>
    public static JsonElement? Find(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return null;
        return json.ValueKind == JsonValueKind.Null ? null : json;
    }

    /// <summary>A string, or a number as text; null for any other value, NaN and infinities included.</summary>
    public static string? Scalar(this JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number when !NotFinite.Is(number) => number.GetRawText(),
        _ => null,
    };

    /// <summary>A text or number, or those of a list; none if the value is missing.</summary>
    public static List<string> Scalars(this JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Select(item => Scalar(item)).OfType<string>()],
        _ => Scalar(value) is { } single ? [single] : [],
    };

    /// <summary>A member that every record has.</summary>
    /// <exception cref="UnreadableFileException">It is missing, or not a text or number.</exception>
    public static string Required(this JsonRow row, params ReadOnlySpan<string> path) =>
        Scalar(row.Json.Find(path))
        ?? throw row.Error(path[0], $"has no '{string.Join('.', path!)}', which is a text or a number");

    /// <summary>A whole number from 0, such as a seed.</summary>
    /// <exception cref="UnreadableFileException">It is not one.</exception>
    public static int Whole(this JsonRow row, string name, int byDefault) =>
        row.Json.Find(name) is not { } value ? byDefault
        : int.TryParse(Scalar(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw row.Error(name, $"'{name}' must be a whole number from 0");

    /// <summary>The last message of a conversation, or the text itself.</summary>
    public static string? LastText(this JsonElement? prompt, string content) => prompt switch
    {
        { ValueKind: JsonValueKind.Array } messages when messages.GetArrayLength() > 0 =>
            Scalar(messages[messages.GetArrayLength() - 1].Find(content)),
        _ => Scalar(prompt),
    };

    /// <summary>The place of a letter, as tools name choices: A is 0.</summary>
    /// <returns>-1 if the text is not the letter of one of the choices.</returns>
    public static int Letter(string? text, int choices) =>
        text?.Trim() is [>= 'A' and <= 'Z' and var letter] && letter - 'A' < choices ? letter - 'A' : -1;
}
