using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PieService.Domain.Files;

/// <summary>
/// The characters of a file: strictly decoded, without a byte order mark, with a limit on the length of a record.
/// </summary>
/// <param name="file">The file that messages name.</param>
/// <param name="content">The content; null for the bytes of the file itself.</param>
internal sealed class SourceText(SourceFile file, TextEncoding encoding, ReadLimits limits, SourceBytes? content = null)
    : TextReader
{
    /// <summary>The largest number of characters that a consumer may read beyond its present record.</summary>
    public const int ReadAhead = 16 * 1024;

    private readonly SourceBytes source = content ?? new(file, limits.FileBytes);
    private readonly byte[] bytes = new byte[ReadAhead];
    private readonly char[] characters = new char[ReadAhead];
    private int undecoded, start, end;
    private bool isAtStart = true, isAtEnd;
    private long lines, lineCharacters, handedOut, recordStart, recordLine = 1, records;

    /// <summary>
    /// Thrown after the characters before it were returned, so that the first error of a file is the one that is
    /// reported.
    /// </summary>
    private UnreadableFileException? failure;

    /// <summary>Begins to count the length of the next record.</summary>
    /// <exception cref="UnreadableFileException">There were far more records than the limits allow.</exception>
    public void BeginRecord(long line)
    {
        (recordStart, recordLine) = (handedOut, line);
        // Empty records are skipped, and a small gzip file can contain billions of them.
        if (++records > (2L * limits.Records) + ReadAhead)
            throw new UnreadableFileException(
                file.Name, line, null,
                $"the file has more lines than the {limits.Records} examples that a dataset may have, many of them " +
                "empty");
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        if (start == end && !Decode()) return 0;
        var count = Math.Min(buffer.Length, end - start);
        characters.AsSpan(start, count).CopyTo(buffer);
        start += count;
        handedOut += count;
        if (handedOut - recordStart > (long)limits.RecordCharacters + ReadAhead)
            throw new UnreadableFileException(
                file.Name, recordLine, null,
                $"the record that begins here has more than {limits.RecordCharacters} characters, the most that this "
                    + "service reads (its setting PIE_DATASET_RECORD_KIB); is a closing quote or a line end missing?");
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private bool Decode()
    {
        while (!isAtEnd || failure is not null)
        {
            if (failure is not null) throw failure;
            var read = ReadBytes();
            isAtEnd = read == 0;
            (start, end) =
                (0, encoding == TextEncoding.Utf8
                    ? DecodeUtf8(undecoded + read) : Encoding.Latin1.GetChars(bytes, 0, read, characters, 0));
            if (end > 0 && isAtStart)
            {
                isAtStart = false;
                if (characters[0] == '\uFEFF') start = 1;
            }
            StopAtNul();
            CountLines(characters.AsSpan(start, end - start));
            if (start < end) return true;
        }
        return false;
    }

    private int ReadBytes()
    {
        try
        {
            return source.Read(bytes.AsSpan(undecoded));
        }
        catch (InvalidDataException damage)
        {
            throw new UnreadableFileException(file.Name, lines + 1, null, damage.Message);
        }
    }

    private int DecodeUtf8(int available)
    {
        var status = Utf8.ToUtf16(
            bytes.AsSpan(0, available), characters, out var read, out var written, replaceInvalidSequences: false,
            isFinalBlock: isAtEnd);
        if (status is OperationStatus.InvalidData)
            FailAfter(
                written,
                $"has a byte that is not UTF-8 (0x{bytes[read]:X2}); if the file has another encoding, set " +
                "'encoding' (utf-8, latin-1)");
        bytes.AsSpan(read, available - read).CopyTo(bytes);
        undecoded = available - read;
        return written;
    }

    private void StopAtNul()
    {
        var nul = characters.AsSpan(start, end - start).IndexOf('\0');
        if (nul < 0) return;
        end = start + nul;
        FailAfter(end, "has a NUL character, which a text must not contain; is the file UTF-16 or binary?");
    }

    private void CountLines(ReadOnlySpan<char> decoded)
    {
        lines += decoded.Count('\n');
        var last = decoded.LastIndexOf('\n');
        lineCharacters = last < 0 ? lineCharacters + decoded.Length : decoded.Length - last - 1;
    }

    private void FailAfter(int written, string message)
    {
        var before = characters.AsSpan(0, written);
        var last = before.LastIndexOf('\n');
        failure = new UnreadableFileException(
            file.Name, lines + 1 + before.Count('\n'),
            $"character {1 + (last < 0 ? lineCharacters + before.Length : before.Length - last - 1)}", message);
    }
}
