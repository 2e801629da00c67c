namespace PieService.Domain.Files.Archives;

/// <summary>An entry in the directory of a zip archive.</summary>
/// <param name="Checksum">The CRC-32 of its content.</param>
/// <param name="Header">The offset in the archive of its own header, which its content follows.</param>
/// <param name="PackedLength">The length of the content in the archive, in bytes.</param>
/// <param name="Length">The length of the decompressed content, in bytes.</param>
internal sealed record ZipEntry(
    string Name, bool IsFile, bool IsEncrypted, ushort Method, uint Checksum, long Header, long PackedLength,
    long Length)
{
    public const ushort Stored = 0, Deflated = 8, Zstandard = 93;

    /// <summary>The length of its own header, without name and extra field.</summary>
    public const int HeaderBytes = 30;
}
