using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4;
using Snappier;
using ZstdSharp;

namespace PieService.Domain.Files.Parquet;

/// <summary>The compression methods of a page.</summary>
internal static class Compression
{
    /// <param name="length">The decompressed length that the page header states; it must be exact.</param>
    /// <exception cref="InvalidDataException">The page is damaged, or compressed with another method.</exception>
    public static ReadOnlyMemory<byte> Expand(ReadOnlyMemory<byte> page, int codec, int length)
    {
        if (codec == 0)
            return page.Length == length
                ? page
                : throw new InvalidDataException("has a page whose length does not match its header");
        if (codec is not (1 or 2 or 4 or 5 or 6 or 7))
            throw new InvalidDataException(
                "has an unsupported compression; write it with snappy, gzip, brotli, zstd, lz4 or none");
        var expanded = new byte[length];
        try
        {
            var written = codec switch
            {
                1 => Snap(page.Span, expanded),
                2 => Fill(new GZipStream(Open(page), CompressionMode.Decompress), expanded),
                4 => Fill(new BrotliStream(Open(page), CompressionMode.Decompress), expanded),
                5 => HadoopLz4(page.Span, expanded) is var whole && whole >= 0
                    ? whole : LZ4Codec.Decode(page.Span, expanded),
                7 => LZ4Codec.Decode(page.Span, expanded),
                _ => Zstandard(page, expanded),
            };
            if (written == length) return expanded;
        }
        catch (Exception damage) when (damage is not OutOfMemoryException)
        {
            // Each library has its own exceptions for invalid data.
        }
        throw new InvalidDataException("has a page that cannot be decompressed");
    }

    /// <summary>
    /// The library allocates the length that the page itself states, up to 2 GiB, before it reads the rest of the page.
    /// </summary>
    private static int Snap(ReadOnlySpan<byte> page, byte[] expanded) =>
        Snappy.GetUncompressedLength(page) == expanded.Length ? Snappy.Decompress(page, expanded) : -1;

    /// <summary>
    /// LZ4 as Hadoop and Spark write it: frames with their decompressed and their compressed length, both big-endian;
    /// -1 for any other page, since old versions of Arrow wrote a single block by the same name.
    /// </summary>
    private static int HadoopLz4(ReadOnlySpan<byte> page, Span<byte> expanded)
    {
        var written = 0;
        while (!page.IsEmpty)
        {
            if (page.Length < 8) return -1;
            var (length, packed) =
                (BinaryPrimitives.ReadInt32BigEndian(page), BinaryPrimitives.ReadInt32BigEndian(page[4..]));
            if (length < 0 || length > expanded.Length - written || packed < 0 || packed > page.Length - 8
                || LZ4Codec.Decode(page.Slice(8, packed), expanded.Slice(written, length)) != length) return -1;
            written += length;
            page = page[(8 + packed)..];
        }
        return written;
    }

    private static int Zstandard(ReadOnlyMemory<byte> page, byte[] expanded)
    {
        using var zstandard = new Decompressor();
        return zstandard.Unwrap(page.Span, expanded);
    }

    private static int Fill(Stream stream, byte[] expanded)
    {
        using (stream) return stream.ReadAtLeast(expanded, expanded.Length, throwOnEndOfStream: false);
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> page) => new(page.ToArray());
}
