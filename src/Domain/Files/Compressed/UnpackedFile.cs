namespace PieService.Domain.Files.Compressed;

/// <summary>
/// Opens a file for reading from its beginning to its end, decompressed if its first bytes are those of a compressed
/// file. Reading throws <see cref="InvalidDataException"/> if the compressed file is damaged or truncated.
/// </summary>
internal static class UnpackedFile
{
    /// <param name="limit">The largest number of bytes that a zip archive may unpack to.</param>
    /// <exception cref="UnreadableFileException">
    /// The file is a zip archive that does not have exactly one file, or is damaged.
    /// </exception>
    public static Stream Open(SourceFile file, ByteLimit limit) => Packings.Of(file) switch
    {
        Packing.Gzip => Gzip.Open(file.Open(), LengthWithoutZeros(file)),
        Packing.Zip => new OnlyFileOfZip(file, limit),
        Packing.Bzip2 => new Bzip2File(file.Open()),
        Packing.Xz => new XzFile(file.Open()),
        Packing.Zstandard => new ZstandardFile(file.Open()),
        _ => file.Open(),
    };

    /// <summary>Does not count these bytes as read.</summary>
    private static long LengthWithoutZeros(SourceFile file)
    {
        using var end = File.OpenRead(file.Path);
        return Gzip.LengthWithoutZeros(end);
    }
}
