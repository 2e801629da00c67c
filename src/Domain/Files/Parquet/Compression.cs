using System.IO.Compression;
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
        if (codec is not (1 or 2 or 4 or 6))
            throw new InvalidDataException(
                "has an unsupported compression; write it with snappy, gzip, brotli, zstd or none");
        var expanded = new byte[length];
        try
        {
            var written = codec switch
            {
                1 => Snap(page.Span, expanded),
                2 => Fill(new GZipStream(Open(page), CompressionMode.Decompress), expanded),
                4 => Fill(new BrotliStream(Open(page), CompressionMode.Decompress), expanded),
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
