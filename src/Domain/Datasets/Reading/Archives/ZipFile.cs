using System.Buffers.Binary;
using System.IO.Compression;

namespace PieService.Domain.Datasets.Reading.Archives;

/// <summary>A zip archive: its files are read in place, nothing of it reaches the disk.</summary>
internal sealed class ZipFile : IDisposable
{
    /// <summary>Of all entries together; ZipArchive takes each into memory, however many there are.</summary>
    private const int MaxDirectoryBytes = 1024 * 1024;
    private const int EndBytes = 22, MaxCommentBytes = ushort.MaxValue;

    private readonly DatasetPart part;
    private readonly ZipArchive archive;
    private readonly long end;
    private long left;

    /// <exception cref="DatasetContentException">It is damaged, no zip archive, or has too many entries.</exception>
    public ZipFile(DatasetPart part, ReadLimits limits)
    {
        this.part = part;
        left = ArchiveLimits.UnpackedBytes(part, limits);
        var file = part.Open();
        end = (part.Meter?.Bytes ?? 0) + file.Length;
        try
        {
            CheckDirectory(file);
            archive = Whole(() => new ZipArchive(file, ZipArchiveMode.Read));
            Names = Whole(() => archive.Entries.Select(entry => entry.FullName).ToList());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <param name="name">One of the names.</param>
    public Stream Open(string name)
    {
        var entry = archive.Entries.First(entry => entry.FullName == name);
        return new Content(this, ArchiveLimits.Name(part, name), entry, Whole(entry.Open));
    }

    /// <summary>Files of it that nobody asked for count as read: the whole archive is what there was to read.</summary>
    public void Dispose()
    {
        archive.Dispose();
        part.Meter?.Add(Math.Max(0, end - part.Meter.Bytes));
    }

    /// <summary>As ZipArchive looks for it: the last end mark, and before it, from where the mark says on, the directory.</summary>
    private void CheckDirectory(FileStream file)
    {
        var tail = new byte[(int)Math.Min(file.Length, EndBytes + MaxCommentBytes)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var mark = tail.Length < EndBytes ? -1 : tail.AsSpan(0, tail.Length - EndBytes + 4).LastIndexOf("PK\x05\x06"u8);
        if (mark < 0) throw Error("is no zip archive; was it uploaded whole?");
        var (disk, entries, begin) = (Short(4), Short(10), BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(mark + 16)));
        // As a disk's number 65,535 too sends ZipArchive to a directory elsewhere (zip64), which nothing here has looked at.
        if (disk != 0) throw Error("is not a zip archive that is one file without the zip64 extension; pack it anew");
        // 65,535 and more are said elsewhere, as are places beyond 4 GiB.
        if (entries == ushort.MaxValue || begin == uint.MaxValue || file.Length - begin > MaxDirectoryBytes + MaxCommentBytes + EndBytes)
            throw Error($"the zip archive has more entries than this service reads, which fit {MaxDirectoryBytes} bytes of its directory");
        file.Position = 0;

        ushort Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(mark + at));
    }

    private T Whole<T>(Func<T> read, string? name = null)
    {
        try
        {
            return read();
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException)
        {
            throw Error("the zip archive is damaged, encrypted or compressed in a way that is not read here; was it uploaded whole?", name);
        }
    }

    private DatasetContentException Error(string message, string? name = null) => new(name ?? part.Name, null, null, message);

    /// <summary>Of one entry, which must be as long as the directory says; the limit is of all that is read.</summary>
    private sealed class Content(ZipFile zip, string name, ZipArchiveEntry entry, Stream stream) : ForwardReading
    {
        private long rest = entry.Length;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            int read;
            try
            {
                read = stream.Read(buffer);
            }
            catch (InvalidDataException)
            {
                throw zip.Error("the zip archive is damaged; was it uploaded whole?", name);
            }
            rest -= read;
            zip.left -= read;
            if (rest < 0 || (read == 0 && rest > 0)) throw zip.Error("the file is not as long as the zip archive says", name);
            if (zip.left < 0) throw zip.Error("the zip archive unpacks to more than this service reads, or to 200 times its size", name);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
