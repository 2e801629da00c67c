using PieService.Domain.Datasets.Corpora;
using PieService.Domain.Files;
using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Datasets;

/// <summary>How a file of a dataset is read.</summary>
/// <param name="Encoding">
/// That of the byte order mark, else that of the definition; null for Parquet, whose texts are UTF-8.
/// </param>
/// <param name="Compression">Detected from the content; null if the file is not compressed.</param>
/// <param name="Delimiter">The character between the columns of a table; null for other formats.</param>
/// <param name="Header">Whether the first row of a table has the names of its columns; null for other formats.</param>
public sealed record DetectedFile(
    string Part, long Bytes, DatasetFormat Format, string? Encoding, string? Compression, string? Delimiter,
    bool? Header)
{
    internal static DetectedFile Of(DatasetPart part, DatasetDefinition definition, ReadLimits limits)
    {
        var format = definition.Format!.Value;
        var isTable = format is DatasetFormat.Csv or DatasetFormat.Tsv;
        return new(
            part.Name, new FileInfo(part.Path).Length, format,
            format == DatasetFormat.Parquet ? null
                : (PublishedCorpora.Of(format) is null ? OfMark(part, limits) : null) ?? Wire.Name(definition.Encoding),
            Packings.Of(part) switch
            {
                Packing.None => null,
                Packing.Gzip => "gzip",
                Packing.Zip => "zip",
                Packing.Bzip2 => "bzip2",
                Packing.Xz => "xz",
                Packing.Zstandard => "zstd",
            },
            isTable ? $"{definition.Table.Delimiter}" : null, isTable ? definition.Table.HasHeader : null);
    }

    /// <summary>The encoding that a byte order mark states; null without a mark.</summary>
    private static string? OfMark(DatasetPart part, ReadLimits limits)
    {
        using var bytes = new SourceBytes(part, limits.OfFile);
        var head = new byte[3];
        var count = 0;
        for (int read; count < head.Length && (read = bytes.Read(head.AsSpan(count))) > 0;) count += read;
        return head.AsSpan(0, count) switch
        {
            [0xEF, 0xBB, 0xBF] => Wire.Name(TextEncoding.Utf8),
            [0xFF, 0xFE, ..] => "utf-16le",
            [0xFE, 0xFF, ..] => "utf-16be",
            _ => null,
        };
    }
}
