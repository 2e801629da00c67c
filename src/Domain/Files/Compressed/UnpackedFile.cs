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
    public static Stream Open(SourceFile file, long limit) => Packings.Of(file) switch
    {
        Packing.Gzip => new GzipFile(file.Open(), LengthWithoutZeros(file.Path)),
        Packing.Zip => new OnlyFileOfZip(file, limit),
        Packing.Bzip2 => new Bzip2File(file.Open()),
        Packing.Xz => new XzFile(file.Open()),
        Packing.Zstandard => new ZstandardFile(file.Open()),
        _ => file.Open(),
    };

    /// <summary>The length of a file without the zeros at its end.</summary>
    private static long LengthWithoutZeros(string path)
    {
        using var file = File.OpenRead(path);
        var block = new byte[64 * 1024];
        for (var end = file.Length; end > 0;)
        {
            var part = block.AsSpan(0, (int)Math.Min(block.Length, end));
            file.Position = end - part.Length;
            file.ReadExactly(part);
            var last = part.LastIndexOfAnyExcept((byte)0);
            if (last >= 0) return end - part.Length + last + 1;
            end -= part.Length;
        }
        return 0;
    }
}
