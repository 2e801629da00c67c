using System.Text;
using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>One JSON object in each line. Empty lines are skipped.</summary>
internal static class JsonLines
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="read">Converts a row to a value; the JSON of the row is valid only during the call.</param>
    /// <exception cref="UnreadableFileException">A line is not JSON, or <paramref name="read"/> refuses it.</exception>
    public static IEnumerable<T> Read<T>(SourceText source, SourceFile file, Func<JsonRow, T> read) =>
        from line in SourceLine.Of(source)
        where !string.IsNullOrWhiteSpace(line.Text)
        select Read(line, file, read);

    private static T Read<T>(SourceLine line, SourceFile file, Func<JsonRow, T> read)
    {
        var utf8 = Encoding.UTF8.GetBytes(line.Text);
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return read(new JsonRow(document.RootElement, line.Number, file));
        }
        catch (JsonException failure)
        {
            var place = failure.BytePositionInLine is { } position
                ? $"character {1 + Encoding.UTF8.GetCharCount(utf8, 0, (int)Math.Min(position, utf8.Length))}"
                : null;
            throw new UnreadableFileException(
                file.Name, line.Number, place,
                $"is not valid JSON: {failure.Message.Split(" LineNumber:")[0].Split(" Path:")[0]}");
        }
        catch (InvalidOperationException)
        {
            throw new UnreadableFileException(
                file.Name, line.Number, null,
                "escapes half of a surrogate pair (such as \\ud800), which is not a character");
        }
    }
}
