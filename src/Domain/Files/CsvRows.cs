using System.Globalization;
using System.Runtime.ExceptionServices;
using CsvHelper;
using CsvHelper.Configuration;

namespace PieService.Domain.Files;

/// <summary>RFC 4180; a quote in the wrong place is an error. Empty lines are skipped.</summary>
internal static class CsvRows
{
    private static readonly CsvConfiguration Rfc4180 = new(CultureInfo.InvariantCulture)
    {
        Mode = CsvMode.RFC4180,
        BufferSize = SourceText.ReadAhead,
        // Empty lines are skipped below: the parser would not count them, and later line numbers would be wrong.
        IgnoreBlankLines = false,
    };

    public static IEnumerable<SourceRow> Read(SourceText source, SourceFile file)
    {
        using var parser = new CsvParser(source, Rfc4180, leaveOpen: true);
        string[]? header = null;
        while (true)
        {
            var line = parser.RawRow + 1L;
            source.BeginRecord(line);
            if (!MoveNext(parser)) yield break;
            if (parser.Count == 1 && string.IsNullOrEmpty(parser.RawRecord.TrimEnd('\r', '\n'))) continue;
            var fields = Fields(parser, header, line, file);
            header ??= fields;
            yield return new SourceRow(line, fields);
        }
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

    private static string[] Fields(CsvParser parser, string[]? header, long line, SourceFile file)
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
                    "has a quote in the wrong place: a field with quotes must be quoted completely, and a quote in " +
                    "it doubled (RFC 4180)");
            }
        }
        return fields;
    }
}
