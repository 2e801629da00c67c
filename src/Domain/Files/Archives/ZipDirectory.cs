using System.Buffers.Binary;
using System.Text;

namespace PieService.Domain.Files.Archives;

/// <summary>
/// The directory of a zip archive (PKWARE's APPNOTE.TXT, 4.3), which is read completely; entries must not overlap.
/// </summary>
internal sealed class ZipDirectory
{
    /// <summary>The limit of the directory, since all its entries are in memory.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;
    private const int EndBytes = 22, MaxCommentBytes = ushort.MaxValue, EntryBytes = 46, FieldBytes = 4;

    /// <summary>The zip64 extension: the end record, its locator, and the field of an entry.</summary>
    private const int Zip64Bytes = 56, LocatorBytes = 20, Zip64Field = 1;

    /// <summary>
    /// The file type in a Unix mode, which is in the upper half of an entry's external attributes; zero if another
    /// system packed it.
    /// </summary>
    private const int TypeOfFile = 0xF000, RegularFile = 0x8000;

    private readonly FileStream file;
    private readonly SourceFile archive;

    /// <summary>The offsets of the entries' headers, ascending, and then that of the directory.</summary>
    private readonly List<long> places;

    /// <exception cref="UnreadableFileException">
    /// The directory is damaged, too large or not the only one, or the file is not a zip archive.
    /// </exception>
    public ZipDirectory(FileStream file, SourceFile archive)
    {
        (this.file, this.archive) = (file, archive);
        var (begin, bytes, count) = Find();
        Entries = Read(bytes);
        if (Entries.Count != count)
            throw Error(
                "the zip archive is damaged: the number of its entries does not match its end record; is the upload " +
                "complete?");
        var ordered = Entries.OrderBy(entry => entry.Header).ToList();
        places = [.. ordered.Select(entry => entry.Header), begin];
        for (var i = 0; i < ordered.Count; i++)
            if (ordered[i].Header > places[i + 1]
                || ordered[i].PackedLength > places[i + 1] - ordered[i].Header - ZipEntry.HeaderBytes)
                throw Overlap(ArchiveLimits.Name(archive, ordered[i].Name));
    }

    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>
    /// The offset of an entry's content, which follows its header; the directory does not have the length of the
    /// header.
    /// </summary>
    /// <param name="shown">The entry's name in messages.</param>
    public long Content(ZipEntry entry, string shown)
    {
        var header = new byte[ZipEntry.HeaderBytes];
        file.Position = entry.Header;
        file.ReadExactly(header);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8))
            throw Error(
                "the zip archive is damaged: the file is not at the offset in its directory; is the upload complete?",
                shown);
        var content = entry.Header + ZipEntry.HeaderBytes + Short(header, 26) + Short(header, 28);
        return content + entry.PackedLength <= places[places.BinarySearch(entry.Header) + 1]
            ? content : throw Overlap(shown);
    }

    /// <summary>The directory is between the offset in the last end mark and that mark, or its zip64 record.</summary>
    private (long Begin, byte[] Bytes, long Count) Find()
    {
        var tail = Tail(EndBytes + MaxCommentBytes, file.Length);
        var mark = tail.Length < EndBytes ? -1 : tail.AsSpan(0, tail.Length - EndBytes + 4).LastIndexOf("PK\x05\x06"u8);
        if (mark < 0) throw Error("is not a zip archive; is the upload complete?");
        var at = file.Length - tail.Length + mark;
        var place = (IsIncomplete(tail.AsSpan(mark)) ? Zip64(at) : null) ?? Stated(tail.AsSpan(mark), at);
        var length = place.End - place.Begin;
        if (length < 0)
            throw Error(
                "the zip archive is damaged: its directory is not at the stated offset; is the upload complete?");
        if (length > MaxBytes)
            throw Error(
                $"the zip archive has more entries than this service reads, which fit {MaxBytes} bytes of its "
                    + "directory");
        var bytes = new byte[length];
        file.Position = place.Begin;
        file.ReadExactly(bytes);
        return (place.Begin, bytes, place.Count);
    }

    /// <summary>Whether a value of the end record does not fit it, so that the zip64 record has it.</summary>
    private static bool IsIncomplete(ReadOnlySpan<byte> end) => Short(end, 4) == ushort.MaxValue
        || Short(end, 10) == ushort.MaxValue || Int(end, 12) == uint.MaxValue || Int(end, 16) == uint.MaxValue;

    /// <param name="end">The end record.</param>
    /// <param name="at">Its offset.</param>
    private (long Begin, long End, long Count) Stated(ReadOnlySpan<byte> end, long at) =>
        Short(end, 4) == 0 ? (Int(end, 16), at, Short(end, 10)) : throw NotOneFile();

    /// <summary>
    /// The place by the zip64 record (4.3.14), whose locator is before the end record: for counts from 65,535 and
    /// offsets from 4 GiB.
    /// </summary>
    /// <param name="end">The offset of the end record.</param>
    /// <returns>Null without such a record.</returns>
    private (long Begin, long End, long Count)? Zip64(long end)
    {
        var locator = Tail(LocatorBytes, end);
        if (locator.Length < LocatorBytes || !locator.AsSpan().StartsWith("PK\x06\x07"u8)) return null;
        var at = Long(locator, 8);
        if (Int(locator, 4) != 0 || Int(locator, 16) > 1) throw NotOneFile();
        if (at < 0 || at > end - LocatorBytes - Zip64Bytes) throw Damaged();
        var record = new byte[Zip64Bytes];
        file.Position = at;
        file.ReadExactly(record);
        if (!record.AsSpan().StartsWith("PK\x06\x06"u8)) throw Damaged();
        if (Int(record, 16) != 0) throw NotOneFile();
        return Long(record, 48) is >= 0 and var begin && begin <= at ? (begin, at, Long(record, 32)) : throw Damaged();

        UnreadableFileException Damaged() =>
            Error("the zip archive is damaged: its zip64 record is not at the stated offset; is the upload complete?");
    }

    /// <summary>The last bytes before an offset.</summary>
    private byte[] Tail(int most, long before)
    {
        var bytes = new byte[(int)Math.Min(before, most)];
        file.Position = before - bytes.Length;
        file.ReadExactly(bytes);
        return bytes;
    }

    private List<ZipEntry> Read(ReadOnlySpan<byte> directory)
    {
        var entries = new List<ZipEntry>();
        // A signature of the directory may follow the entries.
        while (directory.StartsWith("PK\x01\x02"u8))
        {
            var length = directory.Length < EntryBytes
                ? int.MaxValue : EntryBytes + Short(directory, 28) + Short(directory, 30) + Short(directory, 32);
            if (length > directory.Length)
                throw Error("the zip archive is damaged: its directory ends too early; is the upload complete?");
            if (Short(directory, 34) != 0) throw NotOneFile();
            var (unpacked, packed, header) = Sizes(
                directory, directory.Slice(EntryBytes + Short(directory, 28), Short(directory, 30)));
            entries.Add(new ZipEntry(
                Encoding.UTF8.GetString(directory.Slice(EntryBytes, Short(directory, 28))),
                (Short(directory, 40) & TypeOfFile) is 0 or RegularFile,
                (Short(directory, 8) & 1) != 0, Short(directory, 10), Int(directory, 16), header, packed, unpacked));
            directory = directory[length..];
        }
        return entries;
    }

    /// <summary>
    /// The sizes and the offset of an entry; those of 4 GiB or more are in its zip64 field (4.5.3), in this order.
    /// </summary>
    private (long Unpacked, long Packed, long Header) Sizes(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> fields)
    {
        var large = ReadOnlySpan<byte>.Empty;
        while (fields.Length >= FieldBytes)
        {
            var (id, length) = (Short(fields, 0), Short(fields, 2));
            if (length > fields.Length - FieldBytes) break;
            if (id == Zip64Field) large = fields.Slice(FieldBytes, length);
            fields = fields[(FieldBytes + length)..];
        }
        var unpacked = Size(Int(entry, 24), ref large);
        var packed = Size(Int(entry, 20), ref large);
        var header = Size(Int(entry, 42), ref large);
        return unpacked >= 0 && packed >= 0 && header >= 0
            ? (unpacked, packed, header)
            : throw Error("the zip archive is damaged: the zip64 field of an entry has a negative size");
    }

    private long Size(uint stated, ref ReadOnlySpan<byte> large)
    {
        if (stated != uint.MaxValue) return stated;
        if (large.Length < sizeof(long))
            throw Error("the zip archive is damaged: the zip64 field of an entry is too short");
        var size = Long(large, 0);
        large = large[sizeof(long)..];
        return size;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private UnreadableFileException NotOneFile() =>
        Error("is a zip archive that is split into several volumes; create it again as one volume");

    private UnreadableFileException Overlap(string shown) =>
        Error("overlaps with another entry or with the directory of the zip archive; create the archive again", shown);

    private UnreadableFileException Error(string message, string? name = null) =>
        new(name ?? archive.Name, null, null, message);
}
