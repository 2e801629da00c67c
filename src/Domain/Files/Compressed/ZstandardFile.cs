using PieService.Domain.Files.Archives;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// The content of a Zstandard file, or of such an entry of a zip archive, of one or more frames. A frame has a checksum
/// if its writer adds one.
/// </summary>
internal sealed class ZstandardFile(Stream file) : ForwardReading
{
    /// <summary>The binary logarithm of the largest window, which is in memory: 128 MiB, as for zstd itself.</summary>
    private const int MaxWindow = 27;

    private readonly DecompressionStream zstandard = Open(file);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return zstandard.Read(buffer);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the zstd file ends too early; is the upload complete?");
        }
        catch (ZstdException refusal)
        {
            throw new InvalidDataException(
                refusal.Code == ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge
                    ? "the zstd file needs a window of more than 128 MiB; compress it without --long or --ultra"
                    : "the zstd file is damaged or is followed by other data; is the upload complete?",
                refusal);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) zstandard.Dispose();
        base.Dispose(disposing);
    }

    private static DecompressionStream Open(Stream file)
    {
        var stream = new DecompressionStream(file, checkEndOfStream: true, leaveOpen: false);
        stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxWindow);
        return stream;
    }
}
