using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PieService.Domain.Files;

/// <summary>
/// Bytes as characters, strictly: what is not valid is an error, never another character. A byte order mark decides the
/// encoding, and else the definition of the dataset.
/// </summary>
internal abstract class CharacterDecoder
{
    /// <summary>Decodes as many whole characters as there are, up to the first that is not valid.</summary>
    /// <param name="isLast">Whether the file ends behind the bytes.</param>
    /// <param name="read">The number of bytes that were decoded; the rest comes again, before the next bytes.</param>
    /// <param name="fault">What is not valid behind them; null if nothing is.</param>
    /// <returns>The number of characters.</returns>
    public abstract int Decode(
        ReadOnlySpan<byte> bytes, Span<char> characters, bool isLast, out int read, out string? fault);

    /// <param name="head">The first bytes of a file.</param>
    /// <param name="isFixed">Whether the format has one encoding, so that its mark may be a mistake.</param>
    /// <param name="mark">The number of bytes of the byte order mark.</param>
    /// <param name="refusal">A message if the encoding is not read; else null.</param>
    public static CharacterDecoder Of(
        ReadOnlySpan<byte> head, TextEncoding stated, bool isFixed, out int mark, out string? refusal)
    {
        refusal = head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0])
            || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]) ? NotRead("UTF-32")
            : head.StartsWith((ReadOnlySpan<byte>)[0x84, 0x31, 0x95, 0x33]) ? NotRead("GB18030") : null;
        var marked =
            head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])
                ? (isFixed && stated == TextEncoding.Latin1
                    ? new MixedDecoder() : new Utf8Decoder(Utf8Decoder.Marked), 3)
            : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? (new Utf16Decoder(isBigEndian: false), 2)
            : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? (new Utf16Decoder(isBigEndian: true), 2)
            : ((CharacterDecoder?)null, 0);
        mark = marked.Item2;
        return marked.Item1 ?? stated switch
        {
            TextEncoding.Latin1 => isFixed ? SingleByteDecoder.FixedLatin1 : SingleByteDecoder.Latin1,
            TextEncoding.Windows1252 => SingleByteDecoder.Windows1252,
            _ => new Utf8Decoder(isFixed ? Utf8Decoder.Fixed : Utf8Decoder.Stated),
        };
    }

    /// <summary>The encoding of a file with NULs if they are where UTF-16 or UTF-32 has them; else null.</summary>
    public static string? WideEncoding(ReadOnlySpan<byte> head)
    {
        var zeros = new int[4];
        for (var i = 0; i < head.Length - (head.Length % 4); i++) zeros[i % 4] += head[i] == 0 ? 1 : 0;
        var most = head.Length / 4;
        return most == 0 ? null
            : zeros.Count(count => 4 * count > 3 * most) >= 3 || (zeros[2] == most && zeros[3] == most) ? "UTF-32"
            : Mostly(zeros[0] + zeros[2], zeros[1] + zeros[3]) || Mostly(zeros[1] + zeros[3], zeros[0] + zeros[2])
                ? "UTF-16" : null;

        // A text of another script than Latin has zeros only in its line ends and separators.
        static bool Mostly(int these, int others) => these >= 2 && others * 8 < these;
    }

    private static string NotRead(string encoding) =>
        $"the file is {encoding}, as its byte order mark shows; save it as UTF-8";
}

/// <param name="fix">The end of the message about a byte that is not UTF-8.</param>
internal sealed class Utf8Decoder(string fix) : CharacterDecoder
{
    public const string Marked =
        ", although the file begins with the byte order mark of UTF-8; save it as UTF-8";
    public const string Fixed = ", the encoding of this format; send the original file, or save it as UTF-8";
    public const string Stated =
        "; if the file is from Excel or another program on Windows, set 'encoding' to windows-1252 (or to latin-1), or "
        + "else save it as UTF-8";

    public override int Decode(
        ReadOnlySpan<byte> bytes, Span<char> characters, bool isLast, out int read, out string? fault)
    {
        var status = Utf8.ToUtf16(
            bytes, characters, out read, out var written, replaceInvalidSequences: false, isFinalBlock: isLast);
        fault = status is OperationStatus.InvalidData
            ? $"has a byte that is not UTF-8 (0x{bytes[read]:X2}){fix}" : null;
        return written;
    }
}

/// <summary>
/// UTF-8, and Latin-1 for bytes that are not valid in it: a file of Latin-1 with the mark of UTF-8 was converted, or
/// only the mark was added.
/// </summary>
internal sealed class MixedDecoder : CharacterDecoder
{
    private readonly Utf8Decoder utf8 = new(Utf8Decoder.Marked);

    public override int Decode(
        ReadOnlySpan<byte> bytes, Span<char> characters, bool isLast, out int read, out string? fault)
    {
        var (done, written) = (0, 0);
        while (true)
        {
            written += utf8.Decode(bytes[done..], characters[written..], isLast, out read, out var invalid);
            done += read;
            fault = null;
            if (invalid is not null)
            {
                written += SingleByteDecoder.FixedLatin1.Decode(
                    bytes.Slice(done, 1), characters[written..], isLast, out read, out fault);
                done += read;
            }
            if (invalid is not null && fault is null) continue;
            read = done;
            return written;
        }
    }
}

internal sealed class Utf16Decoder(bool isBigEndian) : CharacterDecoder
{
    public override int Decode(
        ReadOnlySpan<byte> bytes, Span<char> characters, bool isLast, out int read, out string? fault)
    {
        (read, fault) = (0, null);
        var written = 0;
        for (; read + 2 <= bytes.Length; read += 2)
        {
            var unit = Unit(bytes, read);
            if (char.IsHighSurrogate(unit))
            {
                if (read + 4 > bytes.Length && !isLast) return written;
                if (read + 4 > bytes.Length || !char.IsLowSurrogate(Unit(bytes, read + 2))) break;
                characters[written++] = unit;
                read += 2;
                unit = Unit(bytes, read);
            }
            else if (char.IsLowSurrogate(unit)) break;
            characters[written++] = unit;
        }
        if (read + 2 <= bytes.Length)
            fault = $"has half of a surrogate pair (U+{(int)Unit(bytes, read):X4}), which is not valid in UTF-16; is " +
                "the file damaged?";
        else if (isLast && read < bytes.Length)
            fault = "ends within a UTF-16 character: the file has an odd number of bytes; is the upload complete?";
        return written;
    }

    private char Unit(ReadOnlySpan<byte> bytes, int at) =>
        (char)(isBigEndian ? (bytes[at] << 8) | bytes[at + 1] : bytes[at] | (bytes[at + 1] << 8));
}

/// <summary>An encoding that differs from Latin-1 at most in the bytes 0x80 to 0x9F.</summary>
/// <param name="high">The characters of these bytes; NUL for a byte without one.</param>
/// <param name="fix">The end of the message about a byte without a character.</param>
/// <param name="utf8Fix">The end of that message if the byte is part of a UTF-8 character.</param>
internal sealed class SingleByteDecoder(string high, string fix, string utf8Fix = SingleByteDecoder.Utf8Fix)
    : CharacterDecoder
{
    public static readonly SingleByteDecoder Latin1 = new(
        new string('\0', 32),
        "which is a control character in latin-1; if the file is from Excel or another program on Windows, set " +
        "'encoding' to windows-1252");

    /// <summary>Latin-1 as the only encoding of a format.</summary>
    public static readonly SingleByteDecoder FixedLatin1 = new(
        new string('\0', 32),
        "which is a control character in latin-1, the encoding of this format; send the original file, or save it as " +
        "latin-1",
        "which is part of a UTF-8 character; the encoding of this format is latin-1, so send the original file, or " +
        "save it as latin-1");

    public static readonly SingleByteDecoder Windows1252 = new(
        "\u20AC\0\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\0\u017D\0" +
        "\0\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\0\u017E\u0178",
        "which is not a character in windows-1252; save the file as UTF-8");

    public override int Decode(
        ReadOnlySpan<byte> bytes, Span<char> characters, bool isLast, out int read, out string? fault)
    {
        fault = null;
        for (read = 0; read < bytes.Length; read++)
        {
            var next = (char)bytes[read];
            if (next is >= '\x80' and <= '\x9F')
            {
                next = high[next - 0x80];
                if (next == '\0')
                {
                    fault = $"has the byte 0x{bytes[read]:X2}, {(IsUtf8(bytes, read) ? utf8Fix : fix)}";
                    return read;
                }
            }
            characters[read] = next;
        }
        return read;
    }

    private const string Utf8Fix = "which is part of a UTF-8 character; the file seems to be UTF-8, so omit 'encoding'";

    private static bool IsUtf8(ReadOnlySpan<byte> bytes, int at)
    {
        for (var back = 1; back <= Math.Min(3, at); back++)
            if (bytes[at - back] >= 0xC2)
                return Rune.DecodeFromUtf8(bytes[(at - back)..], out _, out var length) == OperationStatus.Done
                    && length > back;
        return false;
    }
}
