namespace PieService.Domain.Files.Compressed;

/// <summary>The compression of a file, which its first bytes show; its name plays no part.</summary>
internal enum Packing
{
    None, Gzip, Zip, Bzip2, Xz, Zstandard,
}

internal static class Packings
{
    public const int HeadBytes = 10;

    public static Packing Of(SourceFile file)
    {
        using var stream = File.OpenRead(file.Path);
        var head = new byte[HeadBytes];
        return Of(head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
    }

    /// <param name="head">The first bytes of a file, at least <see cref="HeadBytes"/> if it has as many.</param>
    public static Packing Of(ReadOnlySpan<byte> head) =>
        Gzip.Begins(head) ? Packing.Gzip
        : head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8) ? Packing.Zip
        : head.StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7zXZ"u8, 0]) ? Packing.Xz
        : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || IsSkippable(head) ? Packing.Zstandard
        : IsBzip2(head) ? Packing.Bzip2
        : Packing.None;

    /// <summary>A frame without content, with which a Zstandard file may begin.</summary>
    private static bool IsSkippable(ReadOnlySpan<byte> head) =>
        head is [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..];

    /// <summary>A digit follows BZh, and then the first block, or the end of a file without content.</summary>
    private static bool IsBzip2(ReadOnlySpan<byte> head) =>
        head.StartsWith("BZh"u8) && head.Length == HeadBytes && head[3] is >= (byte)'1' and <= (byte)'9'
        && (head[4..].SequenceEqual((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || head[4..].SequenceEqual((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));
}
