using System.IO.Compression;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// The content of a gzip file, of one or more members. GZipStream does not detect a truncated file. So a small gzip
/// member of our own is read after the file, and its content must be the last that is decompressed. Zeros behind the
/// last member are padding, as of a tape or a disk image, and are ignored as gzip -d does.
/// </summary>
internal sealed class GzipFile : ForwardReading
{
    private const string CutOff = "the gzip file ends too early or is followed by other data; is the upload complete?";

    private static readonly byte[] EndMark = [.. "the end of a file that is whole"u8];
    private static readonly byte[] EndMember = Compress(EndMark);

    private readonly WithEndMember members;
    private readonly GZipStream gzip;
    private bool isWhole;

    /// <param name="file">The compressed bytes, from the first on; disposed with this stream.</param>
    /// <param name="lengthWithoutZeros">The length of the file without the zeros at its end.</param>
    public GzipFile(Stream file, long lengthWithoutZeros) =>
        gzip = new GZipStream(members = new WithEndMember(file, lengthWithoutZeros), CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        if (isWhole || buffer.IsEmpty) return 0;
        var read = Decompress(buffer);
        if (members.IsBehindFile)
        {
            // GZipStream reads on when everything before was decompressed. So these bytes are those of the end member,
            // or those of a truncated file that continues into it.
            CheckEndMark(buffer[..read]);
            return 0;
        }
        if (read > 0) return read;
        // The zeros at the end were reached, which may be needed by the last member; here, it did not need all of them.
        isWhole = members.IsInZeros ? true : throw new InvalidDataException(CutOff);
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) gzip.Dispose();
        base.Dispose(disposing);
    }

    private void CheckEndMark(ReadOnlySpan<byte> begin)
    {
        Span<byte> mark = stackalloc byte[EndMark.Length + 1];
        var end = Math.Min(begin.Length, mark.Length);
        begin[..end].CopyTo(mark);
        for (var read = end; read > 0 && end < mark.Length; end += read) read = Decompress(mark[end..]);
        isWhole = mark[..end].SequenceEqual(EndMark) ? true : throw new InvalidDataException(CutOff);
    }

    private int Decompress(Span<byte> buffer)
    {
        try
        {
            return gzip.Read(buffer);
        }
        catch (InvalidDataException damage)
        {
            // The original message is about archive entries.
            throw new InvalidDataException(
                members.IsBehindFile ? CutOff : "the gzip file is damaged; is the upload complete?", damage);
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest)) gzip.Write(content);
        return member.ToArray();
    }

    /// <summary>
    /// Reads a file and then the end member. No read has bytes from both sides of the place at which the zeros begin,
    /// so what was read and not needed is all zeros as soon as the first of them was read.
    /// </summary>
    private sealed class WithEndMember(Stream file, long zeros) : ForwardReading
    {
        private int sent;
        private long position;

        public bool IsBehindFile => sent > 0;
        public bool IsInZeros => position > zeros;

        public override int Read(Span<byte> buffer)
        {
            if (position < zeros) buffer = buffer[..(int)Math.Min(buffer.Length, zeros - position)];
            var read = file.Read(buffer);
            position += read;
            if (read > 0) return read;
            var rest = Math.Min(EndMember.Length - sent, buffer.Length);
            EndMember.AsSpan(sent, rest).CopyTo(buffer);
            sent += rest;
            return rest;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }
}
