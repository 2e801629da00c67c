namespace PieService.Domain.Files.Archives;

/// <summary>
/// The resources that an archive, or a gzipped Parquet file, may take in addition to the limits of every file.
/// </summary>
internal static class ArchiveLimits
{
    /// <summary>The Large Movie Review Dataset has slightly more than 100,000 entries.</summary>
    public const int Entries = 250_000;

    /// <summary>
    /// Texts are compressed to a fifth or a tenth, and Parquet is already compressed, so a file with a higher ratio
    /// does not contain texts.
    /// </summary>
    private const long Ratio = 200;

    /// <summary>A small archive with a high ratio is harmless.</summary>
    private const long Unsuspicious = 16 * 1024 * 1024;

    private const int ShownCharacters = 100;

    /// <summary>The largest number of bytes that are decompressed from the archive, headers included.</summary>
    public static ByteLimit UnpackedBytes(SourceFile file, ReadLimits limits)
    {
        var most = Math.Max(Unsuspicious, new FileInfo(file.Path).Length * Ratio);
        return most < limits.FileBytes
            ? new(most, $"{Ratio} times the size of the file, or 16 MiB if that is more")
            : limits.OfFile;
    }

    /// <summary>
    /// The name of a file in an archive for messages. It could be any text, so it is shortened; the end of it is kept.
    /// </summary>
    public static string Name(SourceFile file, string entry)
    {
        var shown = ColumnNames.Printable(entry.Length > ShownCharacters ? $"…{entry[^ShownCharacters..]}" : entry);
        return $"{file.Name}/{shown}";
    }
}
