using System.Text;

namespace PieService.Domain.Files;

/// <param name="Number">1-based.</param>
/// <param name="Text">
/// The text without its line end: LF or CRLF, or CR if the file has no other; the last line of a file may not have one.
/// </param>
internal readonly record struct SourceLine(long Number, string Text)
{
    public static IEnumerable<SourceLine> Of(SourceText source)
    {
        var (block, line, number, lineEnd) = (new char[SourceText.ReadAhead], new StringBuilder(), 1L, (char?)null);
        for (var count = source.Read(block); count > 0; count = source.Read(block))
        {
            lineEnd ??= EndOf(block.AsSpan(0, count));
            var begin = 0;
            for (var end = Array.IndexOf(block, lineEnd.Value, 0, count); end >= 0; end = Array.IndexOf(
                block, lineEnd.Value, begin, count - begin))
            {
                line.Append(block, begin, end - begin);
                if (line.Length > 0 && line[^1] == '\r') line.Length--;
                yield return new SourceLine(number, line.ToString());
                line.Clear();
                begin = end + 1;
                source.BeginRecord(++number);
            }
            line.Append(block, begin, count - begin);
        }
        if (line.Length > 0) yield return new SourceLine(number, line.ToString());
    }

    /// <summary>
    /// Old programs of the Macintosh end lines with CR. The first block of a file shows it, unless that is one line.
    /// </summary>
    private static char EndOf(ReadOnlySpan<char> first) =>
        !first.Contains('\n') && first.TrimEnd('\r').Contains('\r') ? '\r' : '\n';
}
