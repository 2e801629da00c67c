using System.Buffers.Binary;
using System.Text;

namespace PieService.Domain.Files.Archives;

/// <summary>
/// The directory of a zip archive (PKWARE's APPNOTE.TXT, 4.3), which is read completely; entries must not overlap.
/// </summary>
internal sealed class ZipDirectory
{
    /// <summary>The limit of the directory, since all its entries are in memory.</summary>
    private const int MaxBytes = 1024 * 1024;
    private const int EndBytes = 22, MaxCommentBytes = ushort.MaxValue, EntryBytes = 46;

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
            if (ordered[i].Header + ZipEntry.HeaderBytes + ordered[i].PackedLength > places[i + 1])
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

    /// <summary>The directory is between the offset in the last end mark and that mark.</summary>
    private (long Begin, byte[] Bytes, int Count) Find()
    {
        var tail = new byte[(int)Math.Min(file.Length, EndBytes + MaxCommentBytes)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var mark = tail.Length < EndBytes ? -1 : tail.AsSpan(0, tail.Length - EndBytes + 4).LastIndexOf("PK\x05\x06"u8);
        if (mark < 0) throw Error("is not a zip archive; is the upload complete?");
        var end = tail.AsSpan(mark);
        var (count, begin, length) = (Short(end, 10), Int(end, 16), file.Length - tail.Length + mark - Int(end, 16));
        // The disk number is not 0 in an archive of several disks, and 65,535 in a zip64 archive.
        if (Short(end, 4) != 0) throw NotOneFile();
        // Counts from 65,535 and offsets from 4 GiB are in a zip64 record.
        if (count == ushort.MaxValue || begin == uint.MaxValue || length > MaxBytes)
            throw Error(
                $"the zip archive has more entries than this service reads, which fit {MaxBytes} bytes of its "
                    + "directory");
        if (length < 0)
            throw Error(
                "the zip archive is damaged: its directory is not at the stated offset; is the upload complete?");
        var bytes = new byte[length];
        file.Position = begin;
        file.ReadExactly(bytes);
        return (begin, bytes, count);
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
            var (packed, unpacked, header) = (Int(directory, 20), Int(directory, 24), Int(directory, 42));
            if (packed == uint.MaxValue || unpacked == uint.MaxValue || header == uint.MaxValue
                || Short(directory, 34) != 0) throw NotOneFile();
            entries.Add(new ZipEntry(
                Encoding.UTF8.GetString(directory.Slice(EntryBytes, Short(directory, 28))),
                (Short(directory, 40) & TypeOfFile) is 0 or RegularFile,
                (Short(directory, 8) & 1) != 0, Short(directory, 10), Int(directory, 16), header, packed, unpacked));
            directory = directory[length..];
        }
        return entries;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private UnreadableFileException NotOneFile() =>
        Error(
            "is a zip archive that is split into several volumes or uses the zip64 extension, which are not " +
            "supported; create it again as one volume without zip64");

    private UnreadableFileException Overlap(string shown) =>
        Error("overlaps with another entry or with the directory of the zip archive; create the archive again", shown);

    private UnreadableFileException Error(string message, string? name = null) =>
        new(name ?? archive.Name, null, null, message);
}
