using System.Text;
using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>
/// NaN, Infinity and -Infinity, which Python writes as numbers and JSON does not have. They may be where they are not
/// read, so they are replaced by numbers that no program writes. These are as long as the names, so that the positions
/// of errors stay the same.
/// </summary>
internal static class NotFinite
{
    private static readonly (string Name, string Number)[] Markers = [("NaN", "0e9"), ("Infinity", "0e999999")];

    public static bool Is(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && value.GetRawText().TrimStart('-') is var text && Array.Exists(Markers, marker => marker.Number == text);

    /// <summary>NaN, Infinity or -Infinity, as Python wrote it; null for another value.</summary>
    public static string? Name(JsonElement value)
    {
        if (!Is(value)) return null;
        var text = value.GetRawText();
        var name = Array.Find(Markers, marker => marker.Number == text.TrimStart('-')).Name;
        return text[0] == '-' ? $"-{name}" : name;
    }

    /// <summary>The JSON with valid numbers; what is in strings stays.</summary>
    public static string Replaced(string json)
    {
        if (!Array.Exists(Markers, marker => json.Contains(marker.Name, StringComparison.Ordinal))) return json;
        var (replaced, isInString) = (new StringBuilder(json.Length), false);
        for (var i = 0; i < json.Length; i++)
        {
            var number = isInString ? null : Array.Find(Markers, marker => IsAt(i, marker.Name)).Number;
            if (json[i] == '"') isInString = !isInString;
            replaced.Append(number ?? json.AsSpan(i, 1));
            if (number is not null) i += number.Length - 1;
            else if (isInString && json[i] == '\\' && i + 1 < json.Length) replaced.Append(json[++i]);
        }
        return replaced.ToString();

        // Digits beside the name would make another number of the marker.
        bool IsAt(int place, string name) =>
            json.AsSpan(place).StartsWith(name, StringComparison.Ordinal)
            && (place == 0 || !char.IsAsciiLetterOrDigit(json[place - 1]))
            && (place + name.Length == json.Length || !char.IsAsciiLetterOrDigit(json[place + name.Length]));
    }
}
