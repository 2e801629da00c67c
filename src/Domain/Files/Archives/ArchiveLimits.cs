namespace PieService.Domain.Files.Archives;

/// <summary>What an archive, or a Parquet file that is gzipped, may ask of the machine that reads it, beside the limits of every file.</summary>
internal static class ArchiveLimits
{
    /// <summary>The Large Movie Review Dataset has 100,000 and a few.</summary>
    public const int Entries = 250_000;

    /// <summary>Texts come to a fifth or a tenth, and Parquet is packed already; what unpacks to more than this many times its size holds no texts.</summary>
    private const long Ratio = 200;

    /// <summary>A small archive of one long repetition does no harm.</summary>
    private const long Unsuspicious = 16 * 1024 * 1024;

    private const int ShownCharacters = 100;

    /// <summary>Most bytes that all that is unpacked of it may have, headers too.</summary>
    public static long UnpackedBytes(SourceFile file, ReadLimits limits) =>
        Math.Min(limits.FileBytes, Math.Max(Unsuspicious, new FileInfo(file.Path).Length * Ratio));

    /// <summary>A file in an archive, as messages name it: it could be called anything. Its end says most.</summary>
    public static string Name(SourceFile file, string entry)
    {
        var shown = ColumnNames.Printable(entry.Length > ShownCharacters ? $"…{entry[^ShownCharacters..]}" : entry);
        return $"{file.Name}/{shown}";
    }
}
