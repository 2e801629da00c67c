using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// Reads word vectors in GloVe's format, one "word v1 ... vD" per line, UTF-8, plain or gzip (recognised by its first
/// bytes), without a string or an array per line: the 840B file has 2.2 million lines.
/// </summary>
/// <remarks>
/// <para>Fields are separated by blanks or tabs. A first line of exactly two whole numbers is the header "count D" of
/// word2vec and fastText: it defines D, and as many vectors must follow. Without a header, D is the number of numbers
/// at the end of the first line, of which the first field is never one.</para>
/// <para>The last D fields of a line are its numbers and all before them are the word, because a few words of GloVe
/// 840B contain blanks (". . .", "at name@domain.com"). No field of a word but its first may be a number: such a line
/// has a number too many, and to read one of them as a part of the word would make the word unknown without a
/// notice.</para>
/// </remarks>
internal sealed class GloveFile : IDisposable
{
    private const int LongestLine = 1 << 26, FirstBlock = 1 << 12;

    private readonly string path;
    private readonly VectorBytes text;

    private byte[] buffer = new byte[1 << 20];
    private char[] word = new char[256];
    private int start, end, wordLength;
    private long line, emptyLine, vectors;
    private bool atEnd;

    /// <summary>The numbers of the header; null without a header.</summary>
    private (long Count, int Dimensions)? header;

    public GloveFile(string path) => (this.path, text) = (path, new VectorBytes(path));

    /// <summary>D; known after the first <see cref="Next"/>.</summary>
    public int Dimensions => Values.Length;

    public ReadOnlySpan<char> Word => word.AsSpan(0, wordLength);

    /// <summary>The D numbers of the current line, all finite as float32; the next line overwrites them.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>Moves to the next vector.</summary>
    /// <returns>False after the last vector.</returns>
    /// <exception cref="InvalidDataException">A line is malformed, or the file is cut off or has another format; the
    /// message has the path and the line.</exception>
    public bool Next(CancellationToken cancellation)
    {
        if (!ReadVectorLine(cancellation, out var bytes)) return false;
        if (vectors == 0 && header is null && ReadHeader(bytes) && !ReadVectorLine(cancellation, out bytes))
            return false;
        vectors++;
        if (header is { } stated && vectors > stated.Count)
            throw Malformed(
                $"it is one more vector than the header in line 1 states, {Number(stated.Count)}; correct the header");
        if (!IsVector(bytes, out var wordEnd)) wordEnd = ParseWithBlanks(bytes);
        DecodeWord(bytes[..wordEnd]);
        return true;
    }

    /// <summary>The SHA-256 of the file's bytes, lower-case hex. Reads the rest of the file.</summary>
    public string Sha256(CancellationToken cancellation) => text.Sha256(cancellation);

    public void Dispose() => text.Dispose();

    /// <summary>The next line that is not empty. Empty lines are accepted only at the end of the file.</summary>
    private bool ReadVectorLine(CancellationToken cancellation, out ReadOnlySpan<byte> bytes)
    {
        while (ReadLine(cancellation, out bytes))
        {
            if (line == 1) bytes = AfterByteOrderMark(bytes);
            if (bytes.IsEmpty)
            {
                if (emptyLine == 0) emptyLine = line;
                continue;
            }
            if (emptyLine > 0)
            {
                line = emptyLine;
                throw Malformed("it is empty, and vectors follow; remove the line");
            }
            return true;
        }
        if (header is { } stated && vectors < stated.Count)
            throw new InvalidDataException(
                $"{path}: the header in line 1 states {Number(stated.Count)} vectors, "
                + $"but {Number(vectors)} follow; was the file downloaded whole?");
        return false;
    }

    /// <summary>Whether the first line is a header, and not the first vector.</summary>
    private bool ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (ForeignFormat.InsteadOfVectors(buffer.AsSpan(0, Math.Min(end, ForeignFormat.Beginning))) is { } other)
            throw new InvalidDataException($"{path} {other}.");
        var fields = Fields(bytes);
        if (fields.Count != 2 || !IsWhole(bytes[fields[0]], out var count) || !IsWhole(bytes[fields[1]], out var width)
            || width is < 1 or > int.MaxValue) return false;
        header = (count, (int)width);
        return IsBinary(buffer.AsSpan(start, end - start), (int)width)
            ? throw new InvalidDataException($"{path} {ForeignFormat.Word2VecBinary}.") : true;
    }

    /// <summary>
    /// Whether a vector of word2vec's binary format follows: a word, a blank, and D numbers of 4 bytes, which are
    /// hardly ever all printable.
    /// </summary>
    private static bool IsBinary(ReadOnlySpan<byte> vector, int dimensions)
    {
        var numbers = vector[(vector.IndexOf((byte)' ') + 1)..];
        numbers = numbers[..(int)Math.Min(numbers.Length, 4L * dimensions)];
        if (numbers.IndexOf((byte)'\n') is >= 0 and var lineEnd) numbers = numbers[..lineEnd];
        foreach (var each in numbers)
            if (each < ' ' && each is not ((byte)'\t' or (byte)'\r')) return true;
        // The last character may continue behind these bytes.
        return !Utf8.IsValid(numbers[..Math.Max(0, numbers.Length - 3)]);
    }

    /// <summary>Parses a line of a word without blanks and exactly D numbers into <see cref="Values"/>.</summary>
    private bool IsVector(ReadOnlySpan<byte> bytes, out int wordEnd)
    {
        wordEnd = bytes.IndexOfAny((byte)' ', (byte)'\t');
        if (wordEnd <= 0 || Dimensions == 0) return false;
        var rest = bytes[wordEnd..];
        foreach (ref var value in Values.AsSpan())
        {
            var blanks = 0;
            while (blanks < rest.Length && IsSeparator(rest[blanks])) blanks++;
            rest = rest[blanks..];
            if (!Utf8Parser.TryParse(rest, out value, out var used) || !float.IsFinite((float)value)) return false;
            rest = rest[used..];
            if (!rest.IsEmpty && !IsSeparator(rest[0])) return false;
        }
        return rest.IsEmpty;
    }

    /// <summary>
    /// Parses the first line, and any line that <see cref="IsVector"/> refuses: the word has blanks, or the line is
    /// malformed. Returns the end of the word.
    /// </summary>
    private int ParseWithBlanks(ReadOnlySpan<byte> bytes)
    {
        var fields = Fields(bytes);
        var numbers = 0;
        while (numbers < fields.Count - 1 && IsNumber(bytes[fields[^(numbers + 1)]])) numbers++;
        var definesWidth = Dimensions == 0 && header is null;
        if (Dimensions == 0) Values = new double[Width(bytes, fields, numbers)];
        if (fields.Count - 1 < Dimensions) throw OtherCount(fields.Count - 1);
        var words = fields.Count - Dimensions;
        for (var field = 1; field < words; field++)
        {
            if (!IsNumber(bytes[fields[field]])) continue;
            // The numbers of the first line end where one cannot be read.
            throw definesWidth
                ? Unreadable(words - 1, bytes[fields[0]], bytes[fields[words - 1]]) : OtherCount(numbers);
        }
        for (var d = 0; d < Dimensions; d++) Values[d] = Parse(bytes, fields, d);
        return fields[words - 1].End.Value;
    }

    /// <summary>D, from the header or the first vector.</summary>
    private int Width(ReadOnlySpan<byte> bytes, List<Range> fields, int numbers)
    {
        if (bytes.Contains((byte)0)) throw new InvalidDataException($"{path} {ForeignFormat.Binary}.");
        if (header is { } stated)
            return fields.Count > stated.Dimensions ? stated.Dimensions : throw OtherCount(fields.Count - 1);
        return numbers > 0 ? numbers : throw Malformed(
            "it has no numbers after a word; a line is \"word v1 ... vD\", with blanks or tabs between the fields, "
            + "and only a header of two whole numbers, \"count D\", may come first");
    }

    private double Parse(ReadOnlySpan<byte> bytes, List<Range> fields, int d)
    {
        var field = bytes[fields[fields.Count - Dimensions + d]];
        if (!Utf8Parser.TryParse(field, out double value, out var used) || used != field.Length)
            throw Unreadable(d + 1, bytes[fields[0]], field);
        if (float.IsFinite((float)value)) return value;
        var fault = double.IsNaN(value) ? "is not a number" : "is beyond float32";
        throw Malformed(
            $"number {d + 1} of {Shown(bytes[fields[0]])} {fault}, {Shown(field)}; correct the line, or remove it");
    }

    private void DecodeWord(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
            throw Malformed(
                $"the word '{Shown(bytes)}' is not UTF-8; convert the file to UTF-8 "
                + "(from Latin-1: `iconv -f ISO-8859-1 -t UTF-8 FILE > NAME.txt`; "
                + "to drop what cannot be read: `iconv -c -f UTF-8 -t UTF-8`)");
        if (bytes.Length > word.Length) word = new char[2 * bytes.Length];
        wordLength = Encoding.UTF8.GetChars(bytes, word);
    }

    private static bool IsSeparator(byte each) => each is (byte)' ' or (byte)'\t';

    /// <summary>The fields of a line, without the blanks and tabs between them.</summary>
    private static List<Range> Fields(ReadOnlySpan<byte> bytes)
    {
        var fields = new List<Range>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = bytes[at..].IndexOfAny((byte)' ', (byte)'\t');
            if (length < 0) length = bytes.Length - at;
            if (length > 0) fields.Add(at..(at + length));
            at += length + 1;
        }
        return fields;
    }

    /// <summary>Whether a field is a number, even one that no vector may have: infinite, or not a number.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> field) =>
        Utf8Parser.TryParse(field, out double _, out var used) && used == field.Length;

    private static bool IsWhole(ReadOnlySpan<byte> field, out long number) =>
        Utf8Parser.TryParse(field, out number, out var used) && used == field.Length && number >= 0;

    private static ReadOnlySpan<byte> AfterByteOrderMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..].Trim(" \t\r"u8) : bytes;

    /// <summary>The next line without its line end and the blanks around it; it is valid until the next call.</summary>
    private bool ReadLine(CancellationToken cancellation, out ReadOnlySpan<byte> bytes)
    {
        var searched = start;
        while (true)
        {
            var newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || (atEnd && start < end))
            {
                var lineEnd = newline >= 0 ? searched + newline : end;
                bytes = buffer.AsSpan(start, lineEnd - start).Trim(" \t\r"u8);
                start = newline >= 0 ? lineEnd + 1 : end;
                line++;
                return true;
            }
            bytes = default;
            if (atEnd) return false;
            cancellation.ThrowIfCancellationRequested();
            var known = end - start;
            Fill();
            searched = start + known;
        }
    }

    /// <summary>Reads more bytes; the first block is large enough to recognise other formats.</summary>
    private void Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
        {
            if (end >= LongestLine)
                throw new InvalidDataException(
                    $"{path}, line {line + 1}: it has more than 64 MiB; is it a text with one word in each line?");
            Array.Resize(ref buffer, 2 * buffer.Length);
        }
        try
        {
            do
            {
                var read = text.Read(buffer.AsSpan(end));
                atEnd = read == 0;
                end += read;
            }
            while (!atEnd && end < FirstBlock);
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidDataException(
                $"{path}: the gzip file is damaged or ends too early{(line > 0 ? $", after line {line}" : "")}; "
                + "was it downloaded whole?", broken);
        }
    }

    private InvalidDataException Unreadable(int number, ReadOnlySpan<byte> word, ReadOnlySpan<byte> field) =>
        Malformed(
            $"number {number} of {Shown(word)} cannot be read, '{Shown(field)}'; write numbers like -0.25 or 2.5e-3");

    private InvalidDataException OtherCount(int numbers) => Malformed(
        $"it has {numbers} {(numbers == 1 ? "number" : "numbers")}, "
        + $"but {(header is null ? "line 1 has" : "the header states")} {header?.Dimensions ?? Dimensions}; "
        + "correct the line, or get the file again. A word may have blanks, but no number after one");

    private InvalidDataException Malformed(string reason) => new($"{path}, line {line}: {reason}.");

    /// <summary>At most 40 characters of a field, for a message.</summary>
    private static string Shown(ReadOnlySpan<byte> field)
    {
        var shown = Encoding.UTF8.GetString(field[..Math.Min(field.Length, 160)]);
        return shown.Length <= 40 ? shown : $"{shown[..40]}...";
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
