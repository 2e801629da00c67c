using System.Text;
using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>The text of an object in a line of its own, or in an array.</summary>
/// <param name="Number">The 1-based number of the line, or of the element.</param>
/// <param name="Line">The line on which the element begins; null if the object has a line of its own.</param>
internal readonly record struct JsonText(long Number, long? Line, string Text)
{
    public static IEnumerable<JsonText> OfLines(SourceText source) =>
        from line in SourceLine.Of(source)
        let text = SourceText.WithoutMark(line.Text)
        where !string.IsNullOrWhiteSpace(text)
        select new JsonText(line.Number, null, text);

    /// <summary>The place of an error in the line; for an element, in the file.</summary>
    public string? Place(JsonException failure, byte[] utf8)
    {
        if (failure.BytePositionInLine is not { } position) return null;
        var line = failure.LineNumber ?? 0;
        var begin = 0;
        for (var i = 0; i < line; i++) begin += utf8.AsSpan(begin).IndexOf((byte)'\n') + 1;
        var character = 1 + Encoding.UTF8.GetCharCount(utf8, begin, (int)Math.Min(position, utf8.Length - begin));
        return Line is { } first
            ? $"line {first + line}" + (line > 0 ? $", character {character}" : "")
            : $"character {character}";
    }

    /// <summary>The fix of the most common errors in a line.</summary>
    public string Hint(JsonException failure, byte[] utf8) =>
        Text.TrimStart() is ['{', '\'', ..]
            ? " It is a Python dictionary; write it with json.dumps."
        : Line is not null ? ""
        : failure.Message.Contains("after a single JSON value", StringComparison.Ordinal)
            ? " A line has one object; send one in each line (jq -c .), or all of them in a JSON array."
        : failure.BytePositionInLine >= utf8.Length - 1 || Text.TrimStart() is not ['{', ..]
            ? " An object must be in one line; is the upload complete, or are objects written over several lines? " +
            "Then send one in each line (jq -c .), or all of them in a JSON array."
        : "";
}
