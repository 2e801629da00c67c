namespace PieService.Domain.Files.Compressed;

/// <summary>Recognises and decompresses gzip files, also those that are not uploads.</summary>
public static class Gzip
{
    /// <param name="head">The first bytes of a file, at least two if it has as many.</param>
    public static bool Begins(ReadOnlySpan<byte> head) => head is [0x1F, 0x8B, ..];

    /// <summary>
    /// The decompressed bytes. Reading throws <see cref="InvalidDataException"/> if the file is damaged, cut off, or
    /// followed by other data.
    /// </summary>
    /// <param name="file">The bytes of the file from the first on; disposed with the stream that is returned.</param>
    /// <param name="lengthWithoutZeros">The result of <see cref="LengthWithoutZeros"/>.</param>
    public static Stream Open(Stream file, long lengthWithoutZeros) => new GzipFile(file, lengthWithoutZeros);

    /// <summary>The length of a file without the zeros at its end. Moves the position in the file.</summary>
    public static long LengthWithoutZeros(Stream file)
    {
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
