using PieService.Domain.Files.Archives;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// The content of a bzip2 file, of one or more streams; zeros behind the last one are padding. The library checks the
/// checksum of each block.
/// </summary>
internal sealed class Bzip2File(FileStream file) : ForwardReading
{
    private readonly PackedBytes source = new(file);
    private readonly byte[] block = new byte[64 * 1024];
    private BZip2Stream? present;
    private bool isWhole;

    public override int Read(Span<byte> buffer)
    {
        while (!isWhole && !buffer.IsEmpty)
        {
            var read = Decompress(Math.Min(buffer.Length, block.Length));
            block.AsSpan(0, read).CopyTo(buffer);
            if (read > 0) return read;
            present = null;
            var zeros = source.SkipZeros();
            isWhole = source.IsAtEnd;
            if (!isWhole && (zeros > 0 || source.Peek() != 'B'))
                throw new InvalidDataException("the bzip2 file is followed by other data; is the upload complete?");
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private int Decompress(int most)
    {
        try
        {
            present ??= BZip2Stream.Create(
                source, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true);
            return present.Read(block, 0, most);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the bzip2 file ends too early; is the upload complete?");
        }
        catch (Exception damage) when (PackedBytes.IsDamage(damage))
        {
            source.ThrowReadError();
            throw new InvalidDataException("the bzip2 file is damaged; is the upload complete?", damage);
        }
    }
}
