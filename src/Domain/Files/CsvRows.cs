using System.Globalization;
using System.Runtime.ExceptionServices;
using CsvHelper;
using CsvHelper.Configuration;

namespace PieService.Domain.Files;

/// <summary>
/// RFC 4180 with any delimiter; a quote in the wrong place is an error. Blank lines are skipped, and the line
/// <c>sep=;</c> with which Excel states a delimiter.
/// </summary>
internal static class CsvRows
{
    public static IEnumerable<SourceRow> Read(SourceText source, SourceFile file, char delimiter)
    {
        using var parser = new CsvParser(source, Rfc4180(delimiter), leaveOpen: true);
        string[]? header = null;
        while (true)
        {
            var line = parser.RawRow + 1L;
            source.BeginRecord(line);
            if (!MoveNext(parser)) yield break;
            if (parser.Count == 1 && string.IsNullOrWhiteSpace(parser.RawRecord)) continue;
            if (header is null && IsSeparatorLine(parser.RawRecord, delimiter, line, file)) continue;
            var fields = Fields(parser, header, line, file, delimiter);
            header ??= fields;
            yield return new SourceRow(line, fields);
        }
    }

    private static CsvConfiguration Rfc4180(char delimiter) => new(CultureInfo.InvariantCulture)
    {
        Mode = CsvMode.RFC4180,
        Delimiter = delimiter.ToString(),
        BufferSize = SourceText.ReadAhead,
        // Empty lines are skipped above: the parser would not count them, and later line numbers would be wrong.
        IgnoreBlankLines = false,
    };

    private static bool IsSeparatorLine(string record, char delimiter, long line, SourceFile file)
    {
        if (record.TrimEnd('\r', '\n').Trim('"') is not [_, _, _, '=', var stated]
            || !record.TrimStart('"').StartsWith("sep=", StringComparison.OrdinalIgnoreCase)) return false;
        return stated == delimiter ? true : throw new UnreadableFileException(
            file.Name, line, null,
            $"states another delimiter than the definition: {Delimiters.SetTo(stated, isCsv: true)}");
    }

    private static bool MoveNext(CsvParser parser)
    {
        try
        {
            return parser.Read();
        }
        catch (ParserException wrapped)
            when (wrapped.InnerException is UnreadableFileException or OperationCanceledException)
        {
            ExceptionDispatchInfo.Throw(wrapped.InnerException);
            throw;
        }
    }

    private static string[] Fields(
        CsvParser parser, string[]? header, long line, SourceFile file, char delimiter)
    {
        var fields = new string[parser.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            try
            {
                fields[i] = parser[i];
            }
            catch (BadDataException)
            {
                throw new UnreadableFileException(
                    file.Name, line, header?.ElementAtOrDefault(i) ?? $"{i + 1}",
                    (IsOpen(parser.RawRecord, delimiter)
                        ? "has a quote that is not closed, so that the field has all lines behind it, too"
                        : "has a quote in the wrong place")
                    + ". A field with quotes begins and ends with one, and each quote in it is doubled: "
                    + "\"6\"\" nails\" is 6\" nails"
                    + (header is null ? Hint(parser.RawRecord, delimiter) : ""));
            }
        }
        return fields;
    }

    /// <summary>Whether the last quoted field of a record has no end.</summary>
    private static bool IsOpen(string record, char delimiter)
    {
        var begin = Math.Max(
            record.LastIndexOf($"{delimiter}\"", StringComparison.Ordinal) + 1,
            record.LastIndexOf("\n\"", StringComparison.Ordinal) + 1);
        return record[begin..] is ['"', .. var field] && field.Count(character => character == '"') % 2 == 0
            && field.TrimEnd() is not [.., '"'];
    }

    /// <summary>The delimiter that follows a quote in a header; it is not the one of the definition.</summary>
    private static string Hint(string record, char delimiter) =>
        Delimiters.All.FirstOrDefault(
            other => other[0] != delimiter && record.Contains($"\"{other}", StringComparison.Ordinal)) is { } found
            ? $". The columns seem to be separated by another character: {Delimiters.SetTo(found[0], isCsv: true)}"
            : "";
}
