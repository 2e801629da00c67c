using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Archives;

/// <summary>
/// A tar archive, compressed or not, which is read once from its beginning to its end; nothing is written to the disk.
/// The reader is our own, since System.Formats.Tar reads an extended header completely into memory, with any stated
/// size up to 2 GiB.
/// </summary>
internal sealed class TarArchive : IDisposable
{
    private const int Block = 512;

    /// <summary>The largest extended header; a larger one, such as that of a longer name, is refused.</summary>
    private const int MaxHeaderBytes = 64 * 1024;
    private const long MaxEntryBytes = 1L << 50;

    private readonly SourceFile file;
    private readonly SourceBytes source;
    private readonly byte[] header = new byte[Block], passed = new byte[16 * 1024];
    private long left, padding;

    public TarArchive(SourceFile file, ReadLimits limits)
    {
        this.file = file;
        if (Packings.Of(file) == Packing.Zip)
            throw Error("is a zip archive; unpack it, and pack its folder with tar (tar -czf archive.tar.gz folder)");
        source = new SourceBytes(file, ArchiveLimits.UnpackedBytes(file, limits));
    }

    public void Dispose() => source.Dispose();

    /// <summary>The entries with their content, which can be read until the next entry is requested.</summary>
    /// <exception cref="UnreadableFileException">
    /// The file is damaged, truncated, not a tar archive, or beyond the limits.
    /// </exception>
    public IEnumerable<ArchiveEntry> Entries()
    {
        var (count, given, size) = (0, (string?)null, (long?)null);
        while (NextHeader())
        {
            if (++count > ArchiveLimits.Entries)
                throw Error(
                    $"the archive has more than {ArchiveLimits.Entries} entries, the most that this service reads");
            var type = (char)header[156];
            left = Size(header.AsSpan(124, 12));
            padding = (Block - (left % Block)) % Block;
            if (type is 'L' or 'x')
            {
                var extended = ReadExtended();
                if (type == 'L') given = Encoding.UTF8.GetString(extended.AsSpan().TrimEnd((byte)0));
                else ReadAttributes(extended, ref given, ref size);
                continue;
            }
            if (size is { } real) (left, padding) = (real, (Block - (real % Block)) % Block);
            yield return new ArchiveEntry(given ?? NameOf(header), type is '0' or '\0' or '7', left, new Content(this));
            (given, size) = (null, null);
            Skip();
        }
        // Padding follows; it is read to check that the compressed file is complete.
        while (Read(header) > 0)
        {
        }
    }

    private bool NextHeader()
    {
        Fill(header);
        if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0) return false;
        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++) sum += i is >= 148 and < 156 ? 0 : header[i];
        if (Octal(header.AsSpan(148, 8)) != sum)
            throw Error("is not a tar archive, or is damaged: a header does not match its checksum");
        return true;
    }

    private static string NameOf(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        var prefix = header.Slice(257, 5).SequenceEqual("ustar"u8) && header[262] == 0
            ? Text(header.Slice(345, 155)) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private long Size(ReadOnlySpan<byte> field)
    {
        // GNU: a number with too many digits is stored in binary.
        var size = (field[0] & 0x80) != 0 ? BinaryPrimitives.ReadInt64BigEndian(field[4..]) : Octal(field);
        return size is >= 0 and <= MaxEntryBytes
            ? size
            : throw Error("is a damaged tar archive: an entry has an invalid size");
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        foreach (var digit in field.Trim(" \0"u8))
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value * 8) + digit - '0' : -1;
        return value;
    }

    private byte[] ReadExtended()
    {
        if (left > MaxHeaderBytes)
            throw Error($"the archive has an extended header of more than {MaxHeaderBytes} bytes");
        var extended = new byte[left];
        Fill(extended);
        left = 0;
        Skip();
        return extended;
    }

    /// <summary>POSIX: lines of "length key=value".</summary>
    private void ReadAttributes(ReadOnlySpan<byte> lines, ref string? name, ref long? size)
    {
        while (!lines.IsEmpty)
        {
            var space = lines.IndexOf((byte)' ');
            if (space < 0
                || !int.TryParse(lines[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > lines.Length)
                throw Error("is a damaged tar archive: an extended header cannot be read");
            var line = lines[(space + 1)..(length - 1)];
            lines = lines[length..];
            if (line.StartsWith("path="u8)) name = Encoding.UTF8.GetString(line[5..]);
            else if (line.StartsWith("size="u8))
                size = long.TryParse(line[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                    && given <= MaxEntryBytes
                    ? given : throw Error("is a damaged tar archive: an entry has an invalid size");
        }
    }

    private void Skip()
    {
        for (left += padding; left > 0;)
        {
            var read = Read(passed.AsSpan(0, (int)Math.Min(passed.Length, left)));
            if (read == 0) throw EndsEarly();
            left -= read;
        }
        padding = 0;
    }

    private void Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var read = Read(bytes);
            if (read == 0) throw EndsEarly();
            bytes = bytes[read..];
        }
    }

    private int Read(Span<byte> bytes)
    {
        try
        {
            return source.Read(bytes);
        }
        catch (InvalidDataException damage)
        {
            throw Error(damage.Message);
        }
    }

    private UnreadableFileException EndsEarly() =>
        Error("the archive ends too early or is not a tar archive; is the upload complete?");

    private UnreadableFileException Error(string message) => new(file.Name, null, null, message);

    /// <summary>The content of the present entry.</summary>
    private sealed class Content(TarArchive archive) : ForwardReading
    {
        public override int Read(Span<byte> buffer)
        {
            if (archive.left == 0 || buffer.IsEmpty) return 0;
            var read = archive.Read(buffer[..(int)Math.Min(buffer.Length, archive.left)]);
            if (read == 0) throw archive.EndsEarly();
            archive.left -= read;
            return read;
        }
    }
}
