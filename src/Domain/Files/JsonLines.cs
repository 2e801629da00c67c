using System.Text;
using System.Text.Json;

namespace PieService.Domain.Files;

/// <summary>One JSON object in each line, or a JSON array of objects. Empty lines are skipped.</summary>
internal static class JsonLines
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="read">Converts a row to a value; the JSON of the row is valid only during the call.</param>
    /// <exception cref="UnreadableFileException">A line is not JSON, or <paramref name="read"/> refuses it.</exception>
    public static IEnumerable<T> Read<T>(SourceText source, SourceFile file, Func<JsonRow, T> read) =>
        from text in source.IsFirstVisible('[') ? JsonArray.Elements(source, file) : JsonText.OfLines(source)
        select Read(text, file, read);

    /// <summary>A JSON value in each line, which may be a list; or a JSON array of lists.</summary>
    /// <param name="read">Converts a value; its JSON is valid only during the call.</param>
    /// <exception cref="UnreadableFileException">A line is not JSON, or <paramref name="read"/> refuses it.</exception>
    public static IEnumerable<T> ReadLists<T>(SourceText source, SourceFile file, Func<JsonRow, T> read) =>
        from text in source.BeginsWith('[', '[') ? JsonArray.Elements(source, file) : JsonText.OfLines(source)
        select Read(text, file, read);

    /// <summary>Converts one value; its JSON is valid only during the call.</summary>
    /// <exception cref="UnreadableFileException">The text is not JSON, or <paramref name="read"/> refuses
    /// it.</exception>
    public static T Read<T>(JsonText text, SourceFile file, Func<JsonRow, T> read)
    {
        var utf8 = Encoding.UTF8.GetBytes(NotFinite.Replaced(text.Text));
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return read(new JsonRow(document.RootElement, text.Number, file));
        }
        catch (JsonException failure)
        {
            throw new UnreadableFileException(
                file.Name, text.Number, text.Place(failure, utf8),
                $"is not valid JSON: {failure.Message.Split(" LineNumber:")[0].Split(" Path:")[0]}"
                    + text.Hint(failure, utf8));
        }
        catch (InvalidOperationException)
        {
            throw new UnreadableFileException(
                file.Name, text.Number, null,
                "escapes half of a surrogate pair (such as \\ud800), which is not a character");
        }
    }
}
