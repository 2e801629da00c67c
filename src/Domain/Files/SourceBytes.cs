using System.IO.Compression;

namespace PieService.Domain.Files;

/// <summary>
/// The bytes of a file, decompressed if its first bytes are those of gzip. GZipStream does not detect a truncated file.
/// So a small gzip member of our own is read after the file, and its content must be the last that is decompressed.
/// </summary>
internal sealed class SourceBytes : IDisposable
{
    private static readonly byte[] EndMark = [.. "the end of a file that is whole"u8];
    private static readonly byte[] EndMember = Compress(EndMark);

    private const string CutOff = "the gzip file ends too early or is followed by other data; is the upload complete?";

    private readonly Stream stream;

    /// <summary>Null if the file is not compressed.</summary>
    private readonly WithEndMember? gzip;
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly long limit;
    private bool isWhole;
    private int start, end;
    private long handedOut;

    public SourceBytes(SourceFile file, long limit)
    {
        this.limit = limit;
        if (IsGzip(file.Path))
            stream = new GZipStream(gzip = new WithEndMember(file.Open()), CompressionMode.Decompress);
        else stream = file.Open();
    }

    /// <summary>For a file in an archive, whose stream checks its own end.</summary>
    public SourceBytes(Stream content, long limit) => (stream, this.limit) = (content, limit);

    /// <summary>Returns 0 at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The compressed file is damaged, or the file is too long.</exception>
    public int Read(Span<byte> destination)
    {
        if (start == end)
        {
            if (isWhole) return 0;
            (start, end) = (0, Decompress(0));
            if (gzip is not null && (end == 0 || gzip.IsBehindFile))
            {
                // GZipStream reads on when everything before was decompressed. So these bytes are those of the end
                // member, or those of a truncated file that continues into it.
                CheckEndMark();
                return 0;
            }
        }
        var count = Math.Min(destination.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(destination);
        start += count;
        handedOut += count;
        if (handedOut > limit)
            throw new InvalidDataException(
                $"the file has more than {limit} bytes (decompressed), the most that this service reads (its " +
                "setting PIE_DATASET_FILE_MIB; for an archive or a Parquet file at most 200 times its size)");
        return count;
    }

    public void Dispose() => stream.Dispose();

    private void CheckEndMark()
    {
        for (var read = end; read > 0 && end <= EndMark.Length; end += read) read = Decompress(end);
        if (!buffer.AsSpan(0, end).SequenceEqual(EndMark)) throw new InvalidDataException(CutOff);
        (isWhole, start, end) = (true, 0, 0);
    }

    private int Decompress(int at)
    {
        try
        {
            return stream.Read(buffer, at, buffer.Length - at);
        }
        catch (InvalidDataException damage)
        {
            // The original message is about archive entries.
            throw new InvalidDataException(
                gzip is { IsBehindFile: true } ? CutOff : "the gzip file is damaged; is the upload complete?", damage);
        }
    }

    public static bool IsGzip(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
    }

    private static byte[] Compress(byte[] content)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest)) gzip.Write(content);
        return member.ToArray();
    }

    /// <summary>Reads a file and then the end member; the other operations of a stream are not used.</summary>
    private sealed class WithEndMember(FileStream file) : Stream
    {
        private int sent;

        public bool IsBehindFile => sent > 0;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = file.Read(buffer, offset, count);
            if (read > 0) return read;
            var rest = Math.Min(EndMember.Length - sent, count);
            EndMember.AsSpan(sent, rest).CopyTo(buffer.AsSpan(offset));
            sent += rest;
            return rest;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }
}
