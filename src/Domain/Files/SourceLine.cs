using System.Text;

namespace PieService.Domain.Files;

/// <param name="Number">1-based.</param>
/// <param name="Text">
/// The text without its line end: LF or CRLF, or CR if the first block of the file has no LF; the last line of a file
/// may not have one.
/// </param>
internal readonly record struct SourceLine(long Number, string Text)
{
    /// <exception cref="UnreadableFileException">Lines end with CR, and there is LF too.</exception>
    public static IEnumerable<SourceLine> Of(SourceText source)
    {
        var (block, line, number) = (new char[SourceText.ReadAhead], new StringBuilder(), 1L);
        for (var count = source.Read(block); count > 0; count = source.Read(block))
        {
            var begin = 0;
            for (var end = Array.IndexOf(block, source.LineEnd, 0, count); end >= 0; end = Array.IndexOf(
                block, source.LineEnd, begin, count - begin))
            {
                // With the LF of CR LF, which is the next character.
                Append(begin, source.LineEnd == '\r' && end + 1 < count && block[end + 1] == '\n' ? end + 2 : end);
                if (line.Length > 0 && line[^1] == '\r') line.Length--;
                yield return new SourceLine(number, line.ToString());
                line.Clear();
                begin = end + 1;
                source.BeginRecord(++number);
            }
            Append(begin, count);
        }
        if (line.Length > 0) yield return new SourceLine(number, line.ToString());

        // A CR in a long first line looks like a line end of a file with CR, so the file must have no LF then.
        void Append(int begin, int end)
        {
            if (source.LineEnd == '\r' && Array.IndexOf(block, '\n', begin, end - begin) >= 0)
                throw source.Error(
                    number, "mixes line ends: the file has CR without LF before its first LF; end each line with LF");
            line.Append(block, begin, end - begin);
        }
    }
}
