using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>The strings of a JSON value, which are decoded only when they are read.</summary>
internal static class JsonStrings
{
    /// <summary>A copy of a value, whose strings can all be read.</summary>
    /// <exception cref="InvalidOperationException">A string escapes half of a surrogate pair.</exception>
    public static JsonElement Copy(JsonElement value)
    {
        if (value.GetRawText().Contains("\\ud", StringComparison.OrdinalIgnoreCase)) Read(value);
        return value.Clone();
    }

    private static void Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) value.GetString();
        if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray()) Read(item);
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var member in value.EnumerateObject())
        {
            _ = member.Name;
            Read(member.Value);
        }
    }
}
