using PieService.Domain.Files.Compressed;

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

    /// <summary>The byte order mark as a character, which is not part of a text at the start of a file.</summary>
    private const char Mark = '\uFEFF';

    /// <summary>The byte order mark of UTF-8 in a file that is read as Latin-1 or Windows-1252.</summary>
    private const string MarkInLatin1 = "\u00EF\u00BB\u00BF";

    private readonly SourceBytes source = content ?? new(file, limits.OfFile);
    private readonly byte[] bytes = new byte[ReadAhead];
    private readonly char[] characters = new char[ReadAhead];
    private CharacterDecoder? decoder;

    /// <summary>UTF-16 or UTF-32 if the first bytes look like it; else null.</summary>
    private string? wideEncoding;
    private int undecoded, start, end;
    private char? lineEnd;
    private bool isAtStart = true, isAtEnd;
    private long lines, lineCharacters, handedOut, recordStart, recordLine = 1, records;

    /// <summary>
    /// Thrown after the characters before it were returned, so that the first error of a file is the one that is
    /// reported.
    /// </summary>
    private UnreadableFileException? failure;

    /// <summary>Joined files can have a byte order mark at the start of a line.</summary>
    public static string WithoutMark(string line)
    {
        var rest = line.TrimStart(Mark);
        return rest.StartsWith(MarkInLatin1, StringComparison.Ordinal) ? rest[MarkInLatin1.Length..] : rest;
    }

    /// <summary>Whether the format has one encoding, so that its byte order mark may be a mistake.</summary>
    public bool IsEncodingFixed { get; init; }

    /// <summary>
    /// The last character of a line end: LF, or CR if the first block of the file, when it is read, has CR and no LF.
    /// Old programs of the Macintosh end lines with CR.
    /// </summary>
    public char LineEnd => lineEnd ?? '\n';

    /// <summary>
    /// Whether the next character that is not white space is this one; false if there is none in the first block.
    /// </summary>
    public bool IsFirstVisible(char character)
    {
        if (start == end && !Decode()) return false;
        return characters.AsSpan(start, end - start).TrimStart() is [var first, ..] && first == character;
    }

    /// <summary>
    /// Whether the next two characters that are not white space are these; false if they are not in the first block.
    /// </summary>
    public bool BeginsWith(char first, char second)
    {
        if (!IsFirstVisible(first)) return false;
        return characters.AsSpan(start, end - start).TrimStart()[1..].TrimStart() is [var next, ..] && next == second;
    }

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

    public UnreadableFileException Error(long line, string message) => new(file.Name, line, null, message);

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
            var available = undecoded + ReadBytes();
            decoder ??= Begin(ref available);
            start = 0;
            end = decoder.Decode(bytes.AsSpan(0, available), characters, isAtEnd, out var read, out var fault);
            if (end > 0) lineEnd ??= EndOf(characters.AsSpan(0, end));
            if (fault is not null) FailAfter(end, fault);
            bytes.AsSpan(read, available - read).CopyTo(bytes);
            undecoded = available - read;
            // Joined files can have several marks.
            while (isAtStart && start < end && characters[start] == Mark) start++;
            isAtStart &= start == end;
            StopAtNul();
            CountLines(characters.AsSpan(start, end - start));
            if (start < end) return true;
        }
        return false;
    }

    /// <summary>Chooses the decoder by the first bytes, and takes the byte order mark away.</summary>
    private CharacterDecoder Begin(ref int available)
    {
        while (!isAtEnd && available < ForeignContent.HeadBytes)
        {
            undecoded = available;
            available += ReadBytes();
        }
        undecoded = 0;
        var head = bytes.AsSpan(0, available);
        var begun = CharacterDecoder.Of(head, encoding, IsEncodingFixed, out var mark, out var refusal);
        if ((ForeignContent.Refusal(head) ?? refusal) is { } message)
            throw new UnreadableFileException(file.Name, null, null, message);
        if (mark == 0) wideEncoding = CharacterDecoder.WideEncoding(head);
        head[mark..].CopyTo(bytes);
        available -= mark;
        return begun;
    }

    private int ReadBytes()
    {
        try
        {
            var read = source.Read(bytes.AsSpan(undecoded));
            isAtEnd = read == 0;
            return read;
        }
        catch (InvalidDataException damage)
        {
            throw new UnreadableFileException(file.Name, lines + 1, null, damage.Message);
        }
    }

    private void StopAtNul()
    {
        var nul = characters.AsSpan(start, end - start).IndexOf('\0');
        if (nul < 0) return;
        end = start + nul;
        FailAfter(
            end,
            wideEncoding is null
                ? "has a NUL character, which a text must not contain; is the file binary or damaged?"
                : $"has a NUL character, which a text must not contain; the file seems to be {wideEncoding} without " +
                "a byte order mark: save it as UTF-8");
    }

    /// <summary>A CR at the end of the block may be half of a line end.</summary>
    private static char EndOf(ReadOnlySpan<char> first) =>
        !first.Contains('\n') && first.TrimEnd('\r').Contains('\r') ? '\r' : '\n';

    private void CountLines(ReadOnlySpan<char> decoded)
    {
        lines += decoded.Count(LineEnd);
        var last = decoded.LastIndexOf(LineEnd);
        lineCharacters = last < 0 ? lineCharacters + decoded.Length : decoded.Length - last - 1;
    }

    private void FailAfter(int written, string message)
    {
        var before = characters.AsSpan(0, written);
        var last = before.LastIndexOf(LineEnd);
        failure = new UnreadableFileException(
            file.Name, lines + 1 + before.Count(LineEnd),
            $"character {1 + (last < 0 ? lineCharacters + before.Length : before.Length - last - 1)}", message);
    }
}
