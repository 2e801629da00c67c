using System.Runtime.ExceptionServices;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// The bytes of a compressed file, for a decompressor that reads them singly. At the end it throws: decompressors of
/// libraries go on with the -1 of a stream that ended, as if it were a byte.
/// </summary>
internal sealed class PackedBytes(FileStream file) : ForwardReading
{
    private readonly byte[] block = new byte[64 * 1024];
    private int start, end;
    private long before;
    private Exception? readError;

    /// <summary>
    /// Whether an exception of a decompressor shows that the file is damaged. Libraries have several exceptions for
    /// invalid data, IndexOutOfRangeException too; another IOException is a fault of the service's own disk.
    /// </summary>
    public static bool IsDamage(Exception failure) =>
        failure is not (IOException or OperationCanceledException or OutOfMemoryException) or EndOfStreamException;

    /// <summary>
    /// Throws the error of the disk, or the cancellation, that ended a read, if there was one: a library may have
    /// replaced it by its own exception.
    /// </summary>
    public void ThrowReadError()
    {
        if (readError is not null) ExceptionDispatchInfo.Throw(readError);
    }

    /// <summary>The number of bytes that were read.</summary>
    public override long Position
    {
        get => before + start;
        set => throw new NotSupportedException();
    }

    public bool IsAtEnd => start == end && !Fill();

    /// <exception cref="EndOfStreamException">There is no further byte.</exception>
    public override int ReadByte()
    {
        var next = Peek();
        start++;
        return next;
    }

    /// <exception cref="EndOfStreamException">There is no further byte.</exception>
    public byte Peek() => IsAtEnd ? throw new EndOfStreamException() : block[start];

    /// <exception cref="EndOfStreamException">There is no further byte.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (IsAtEnd) throw new EndOfStreamException();
        var count = Math.Min(buffer.Length, end - start);
        block.AsSpan(start, count).CopyTo(buffer);
        start += count;
        return count;
    }

    /// <summary>Reads to the end of the file, or to the first byte that is not zero.</summary>
    /// <returns>The number of zeros.</returns>
    public long SkipZeros()
    {
        var from = Position;
        while (!IsAtEnd)
        {
            var other = block.AsSpan(start, end - start).IndexOfAnyExcept((byte)0);
            start = other < 0 ? end : start + other;
            if (other >= 0) break;
        }
        return Position - from;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }

    private bool Fill()
    {
        before += end;
        try
        {
            (start, end) = (0, file.Read(block));
        }
        catch (Exception failed)
        {
            readError = failed;
            throw;
        }
        return end > 0;
    }
}
