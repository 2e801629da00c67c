using System.Text;

namespace PieService.Domain.Files;

/// <summary>
/// A file that is one JSON array. Its elements are found by their brackets and strings, one after the other, so that no
/// more than one of them is in memory; whether an element is valid JSON is not checked here.
/// </summary>
internal static class JsonArray
{
    /// <exception cref="UnreadableFileException">The array has no end, or other text follows it.</exception>
    public static IEnumerable<JsonText> Elements(SourceText source, SourceFile file)
    {
        var (block, element, depth, number) = (new char[SourceText.ReadAhead], new StringBuilder(), 0, 1L);
        var (line, begin, isInString, isEscaped, isEmpty) = (1L, 1L, false, false, true);
        for (var count = source.Read(block); count > 0; count = source.Read(block))
        {
            for (var i = 0; i < count; i++)
            {
                var next = block[i];
                if (next == source.LineEnd) line++;
                // 0 before and behind the array, 1 in it, more within an element.
                if (depth < 0 || (depth == 0 && next != '['))
                {
                    if (!char.IsWhiteSpace(next)) throw Behind(line);
                    continue;
                }
                if (isInString)
                {
                    isInString = isEscaped || next != '"';
                    isEscaped = !isEscaped && next == '\\';
                }
                else if (next == '"') isInString = true;
                else if (next is '[' or '{' && ++depth == 1) continue;
                else if (next == ']' || (next == '}' && depth > 1)) depth--;
                if (depth > 1 || isInString || (next != ',' && depth == 1))
                {
                    if (isEmpty && char.IsWhiteSpace(next)) continue;
                    if (isEmpty) begin = line;
                    isEmpty = false;
                    element.Append(next);
                    continue;
                }
                if (isEmpty && (depth == 1 || number > 1))
                    throw Error($"line {line}", "has a comma without an object before or behind it; remove it");
                if (!isEmpty) yield return new JsonText(number, begin, element.ToString());
                element.Clear();
                (isEmpty, depth) = (true, depth == 0 ? -1 : depth);
                source.BeginRecord(++number);
            }
        }
        if (depth >= 0) throw Error(null, "the JSON array has no end, ]; is the upload complete?");

        UnreadableFileException Behind(long at) => Error(
            $"line {at}",
            "the file continues behind the JSON array; send one array, or one object in each line (jq -c '.[]')");

        UnreadableFileException Error(string? place, string message) => new(file.Name, number, place, message);
    }
}
