using System.IO.Compression;
using System.IO.Hashing;
using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Archives;

/// <summary>
/// A zip archive, whose files are read in place; nothing is written to the disk. The reader is our own, since
/// ZipArchive truncates a file that is longer than its directory states, does not verify checksums, and does not expose
/// the offset of a file.
/// </summary>
internal sealed class ZipFile : IDisposable
{
    private readonly SourceFile archive;
    private readonly FileStream file;
    private readonly ZipDirectory directory;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);
    private readonly ByteLimit limit;
    private readonly long end;
    private long left;

    /// <exception cref="UnreadableFileException">
    /// The file is damaged, is not a zip archive, or has too many entries.
    /// </exception>
    public ZipFile(SourceFile archive, ReadLimits limits)
        : this(archive, ArchiveLimits.UnpackedBytes(archive, limits))
    {
    }

    /// <param name="limit">The largest number of bytes that its files may unpack to, together.</param>
    /// <exception cref="UnreadableFileException">
    /// The file is damaged, is not a zip archive, or has too many entries.
    /// </exception>
    public ZipFile(SourceFile archive, ByteLimit limit)
    {
        (this.archive, this.limit, left) = (archive, limit, limit.Bytes);
        file = archive.Open();
        end = (archive.Meter?.Bytes ?? 0) + file.Length;
        try
        {
            directory = new ZipDirectory(file, archive);
            foreach (var entry in directory.Entries) entries.TryAdd(entry.Name, entry);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IEnumerable<string> Names => directory.Entries.Select(entry => entry.Name);

    /// <summary>The length of a file that the directory states, which <see cref="Open"/> checks.</summary>
    public long LengthOf(string name) => entries[name].Length;

    /// <summary>The content of a file. Several files can be read in turns.</summary>
    /// <param name="name">One of the names in the archive.</param>
    /// <exception cref="UnreadableFileException">
    /// The entry is not a file, is encrypted, is compressed with another method than deflate or Zstandard, or is not at
    /// the offset that the directory states.
    /// </exception>
    public Stream Open(string name)
    {
        var entry = entries[name];
        var shown = ArchiveLimits.Name(archive, name);
        if (!entry.IsFile) throw Error("is a link or a device, not a file", shown);
        if (entry.IsEncrypted) throw Error("is encrypted; create the zip archive again without a password", shown);
        if (entry.Method is not (ZipEntry.Stored or ZipEntry.Deflated or ZipEntry.Zstandard))
            throw Error("has an unsupported compression method; create the zip archive again with deflate", shown);
        var packed = new Packed(file, directory.Content(entry, shown), entry.PackedLength);
        return new Content(this, shown, entry, entry.Method switch
        {
            ZipEntry.Stored => packed,
            ZipEntry.Zstandard => new ZstandardFile(packed),
            _ => new DeflateStream(packed, CompressionMode.Decompress),
        });
    }

    /// <summary>Files that were not requested count as read, since the progress is that of the whole archive.</summary>
    public void Dispose()
    {
        file.Dispose();
        archive.Meter?.Add(Math.Max(0, end - archive.Meter.Bytes));
    }

    private static UnreadableFileException Error(string message, string name) => new(name, null, null, message);

    /// <summary>The bytes of an entry as they are stored in the archive.</summary>
    private sealed class Packed(FileStream file, long at, long length) : ForwardReading
    {
        private long position = at;
        private long left = length;

        public override int Read(Span<byte> buffer)
        {
            file.Position = position;
            var read = file.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            position += read;
            left -= read;
            return read;
        }
    }

    /// <summary>
    /// The content of one entry, which must have the length and the checksum that the directory states. The limit
    /// applies to all entries together.
    /// </summary>
    private sealed class Content(ZipFile zip, string name, ZipEntry entry, Stream stream) : ForwardReading
    {
        private readonly Crc32 checksum = new();
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
                throw Error("the zip archive is damaged; is the upload complete?", name);
            }
            rest -= read;
            zip.left -= read;
            if (zip.left < 0)
                throw Error(
                    $"the zip archive unpacks to more than {zip.limit.Bytes} bytes, the most that this service reads "
                    + $"({zip.limit.Rule})",
                    name);
            if (rest < 0 || (read == 0 && rest > 0))
                throw Error("the length of the file does not match the directory of the zip archive", name);
            checksum.Append(buffer[..read]);
            if (read == 0 && checksum.GetCurrentHashAsUInt32() != entry.Checksum)
                throw Error(
                    "is damaged: its checksum does not match the directory of the zip archive; is the upload complete?",
                    name);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
