namespace PieService.Domain.Files.Archives;

/// <summary>What the directory of a zip archive says of one entry.</summary>
/// <param name="Checksum">CRC-32 of its content.</param>
/// <param name="Header">Where in the archive its own header begins, behind which its content lies.</param>
/// <param name="PackedLength">Bytes of the content in the archive.</param>
/// <param name="Length">Bytes of the content.</param>
internal sealed record ZipEntry(string Name, bool IsFile, bool IsEncrypted, ushort Method, uint Checksum, long Header, long PackedLength, long Length)
{
    public const ushort Stored = 0, Deflated = 8;

    /// <summary>Of its own header, before name and extra field.</summary>
    public const int HeaderBytes = 30;
}
