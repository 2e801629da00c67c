using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;
using ParquetSharp;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;
using PieService.Domain.Files.Parquet;
using OurZip = PieService.Domain.Files.Archives.ZipFile;

namespace PieService.Bench;

/// <summary>
/// The readers of uploads by name. A Parquet file yields texts and labels, an archive the hash of each file in it.
/// </summary>
internal static class UploadReaders
{
    public static readonly Dictionary<string, Func<string, IEnumerable<string>>> All = new()
    {
        ["ours (Parquet)"] = OurParquet,
        ["Parquet.Net"] = ParquetNet,
        ["ParquetSharp"] = OfArrow,
        ["ours (zip)"] = OurZipArchive,
        ["ZipArchive"] = LibraryZip,
        ["ours (tar)"] = OurTar,
        ["System.Formats.Tar"] = LibraryTar,
        ["ours (gzip)"] = OurGzip,
        ["GZipStream"] = LibraryGzip,
    };

    private static IEnumerable<string> OurParquet(string path)
    {
        using var rows = new ParquetRows(new SourceFile("file", path), ReadLimits.Default);
        var (text, label) = (rows.Texts("text"), rows.Values("label"));
        while (rows.Next())
        {
            yield return text.Value();
            yield return label.Value();
        }
    }

    private static IEnumerable<string> ParquetNet(string path)
    {
        using var stream = File.OpenRead(path);
        var file = Parquet.ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        var fields = file.Schema.GetDataFields();
        for (var i = 0; i < file.RowGroupCount; i++)
        {
            using var group = file.OpenRowGroupReader(i);
            var (texts, labels) = (new string[group.RowCount], new string[group.RowCount]);
            group.ReadAsync(fields.Single(field => field.Name == "text"), texts).AsTask().GetAwaiter().GetResult();
            group.ReadAsync(fields.Single(field => field.Name == "label"), labels).AsTask().GetAwaiter().GetResult();
            for (var row = 0; row < texts.Length; row++)
            {
                yield return texts[row];
                yield return labels[row];
            }
        }
    }

    private static IEnumerable<string> OfArrow(string path)
    {
        using var file = new ParquetFileReader(path);
        var schema = file.FileMetaData.Schema;
        var names = Enumerable.Range(0, schema.NumColumns).Select(column => schema.Column(column).Name).ToList();
        var (texts, labels) = (new string[1024], new string[1024]);
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            using var text = group.Column(names.IndexOf("text")).LogicalReader<string>();
            using var label = group.Column(names.IndexOf("label")).LogicalReader<string>();
            for (var left = group.MetaData.NumRows; left > 0;)
            {
                var count = (int)Math.Min(left, texts.Length);
                if (text.ReadBatch(texts.AsSpan(0, count)) != count
                    || label.ReadBatch(labels.AsSpan(0, count)) != count) throw new EndOfStreamException();
                for (var row = 0; row < count; row++)
                {
                    yield return texts[row];
                    yield return labels[row];
                }
                left -= count;
            }
        }
    }

    private static IEnumerable<string> OurZipArchive(string path)
    {
        using var zip = new OurZip(new SourceFile("file", path), ReadLimits.Default);
        foreach (var name in zip.Names) yield return Hash(zip.Open(name).Read);
    }

    private static IEnumerable<string> LibraryZip(string path)
    {
        using var zip = new ZipArchive(File.OpenRead(path));
        foreach (var entry in zip.Entries) yield return Hash(entry.Open().Read);
    }

    private static IEnumerable<string> OurTar(string path)
    {
        using var tar = new TarArchive(new SourceFile("file", path), ReadLimits.Default);
        foreach (var entry in tar.Entries()) yield return $"{entry.Name} {Hash(entry.Content.Read)}";
    }

    private static IEnumerable<string> LibraryTar(string path)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
            yield return $"{entry.Name} {Hash((entry.DataStream ?? Stream.Null).Read)}";
    }

    private static IEnumerable<string> OurGzip(string path)
    {
        using var source = new SourceBytes(new SourceFile("file", path), ReadLimits.Default.OfFile);
        yield return Hash(source.Read);
    }

    private static IEnumerable<string> LibraryGzip(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        yield return Hash(stream.Read);
    }

    private delegate int Reading(Span<byte> buffer);

    private static string Hash(Reading read)
    {
        var (hash, block) = (new XxHash64(), new byte[64 * 1024]);
        for (int count; (count = read(block)) > 0;) hash.Append(block.AsSpan(0, count));
        return $"{hash.GetCurrentHashAsUInt64():x}";
    }
}
