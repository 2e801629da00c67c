using System.Text;
using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>
/// NaN, Infinity and -Infinity, which Python writes as numbers and JSON does not have. They may be where they are not
/// read, so they are replaced by a number that no program writes.
/// </summary>
internal static class NotFinite
{
    private const string Marker = "9e-99999";

    private static readonly string[] Names = ["NaN", "Infinity"];

    public static bool Is(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.GetRawText().TrimStart('-') == Marker;

    /// <summary>The JSON with valid numbers; what is in strings stays.</summary>
    public static string Replaced(string json)
    {
        if (!Array.Exists(Names, name => json.Contains(name, StringComparison.Ordinal))) return json;
        var (replaced, isInString) = (new StringBuilder(json.Length), false);
        for (var i = 0; i < json.Length; i++)
        {
            var name = isInString ? null : Array.Find(
                Names, name => json.AsSpan(i).StartsWith(name, StringComparison.Ordinal));
            if (json[i] == '"') isInString = !isInString;
            replaced.Append(name is null ? json.AsSpan(i, 1) : Marker);
            if (name is not null) i += name.Length - 1;
            else if (isInString && json[i] == '\\' && i + 1 < json.Length) replaced.Append(json[++i]);
        }
        return replaced.ToString();
    }
}
