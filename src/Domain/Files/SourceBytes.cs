using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files;

/// <summary>The bytes of a file, decompressed if it is compressed, up to a limit.</summary>
internal sealed class SourceBytes : IDisposable
{
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly ByteLimit limit;
    private int start, end;
    private long handedOut;

    /// <exception cref="UnreadableFileException">
    /// The file is a zip archive that does not have exactly one file, or is damaged.
    /// </exception>
    public SourceBytes(SourceFile file, ByteLimit limit)
        : this(UnpackedFile.Open(file, limit), limit)
    {
    }

    /// <summary>For a file in an archive, whose stream checks its own end.</summary>
    public SourceBytes(Stream content, ByteLimit limit) => (stream, this.limit) = (content, limit);

    /// <summary>Returns 0 at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The compressed file is damaged, or the file is too long.</exception>
    public int Read(Span<byte> destination)
    {
        if (start == end) (start, end) = (0, stream.Read(buffer, 0, buffer.Length));
        var count = Math.Min(destination.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(destination);
        start += count;
        handedOut += count;
        if (handedOut > limit.Bytes)
            throw new InvalidDataException(
                $"the file has more than {limit.Bytes} bytes (decompressed), the most that this service reads "
                + $"({limit.Rule})");
        return count;
    }

    public void Dispose() => stream.Dispose();
}
