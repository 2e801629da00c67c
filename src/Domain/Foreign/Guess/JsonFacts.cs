using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Guess;

/// <summary>A few members of a file that is one JSON object; the others may be of any length.</summary>
internal static class JsonFacts
{
    /// <param name="names">The members that are read; of <paramref name="list"/> the first element is.</param>
    /// <param name="list">The one of them that is a list; null if none is.</param>
    /// <returns>The members that the object has. Reading stops when all of them are found.</returns>
    /// <exception cref="UnreadableFileException">The file is not a JSON object, or a member is not valid.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Read(
        SourceText text, SourceFile file, string[] names, string? list = null)
    {
        var facts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in JsonMembers.Read(text, file, name =>
            name == list ? JsonMemberReading.Elements
            : names.Contains(name) ? JsonMemberReading.Whole : JsonMemberReading.Skip))
        {
            facts.TryAdd(member.Name, JsonLines.Read(member.Value, file, row => JsonStrings.Copy(row.Json)));
            if (facts.Count == names.Length) break;
        }
        return facts;
    }

    /// <summary>The members of a file that may not be such an object; none of them if it is not.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Look(string path, ReadLimits limits, params string[] names)
    {
        try
        {
            var file = new SourceFile(path, path);
            using var text = new SourceText(file, TextEncoding.Utf8, limits);
            return Read(text, file, names);
        }
        catch (UnreadableFileException)
        {
            return new Dictionary<string, JsonElement>();
        }
    }

    /// <summary>The text at a path of names; null if there is none.</summary>
    public static string? Text(
        this IReadOnlyDictionary<string, JsonElement> facts, string name, params ReadOnlySpan<string> path) =>
        facts.TryGetValue(name, out var fact)
            && Formats.ToolJson.Find(fact, path) is { ValueKind: JsonValueKind.String } text
            && text.GetString() is { Length: > 0 } value ? value : null;
}
