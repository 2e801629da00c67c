using System.IO.Compression;
using ParquetSharp;
using ParquetSharp.IO;
using PieService.Archives;
using Encoding = System.Text.Encoding;
using Packing = ParquetSharp.Compression;

namespace PieService.Bench;

/// <summary>
/// Our readers of uploads and those of libraries on the same files, intact and damaged ones (docs/decisions/0014).
/// </summary>
internal static class Uploads
{
    private const int Repetitions = 5, Seed = 7;
    private static readonly Packing[] Packings = [Packing.Uncompressed, Packing.Snappy, Packing.Gzip, Packing.Brotli,
        Packing.Zstd];

    public static void Run(int count)
    {
        var folder = Directory.CreateTempSubdirectory("pie-bench-");
        try
        {
            var texts = Texts(200_000);
            var reviews = texts.Take(50_000).Select((text, i) => ($"aclImdb/train/pos/{i}_9.txt", text)).ToList();
            Measured.Say($"{"reader",-20} {"file",-16} {"start, ms",10} {"read, ms",9} {"rows/ms",8} {"peak MiB",9}");
            foreach (var (packing, dictionary) in new[] { (Packing.Snappy, true), (Packing.Zstd, true),
                (Packing.Uncompressed, false) })
                Time($"parquet {packing}", Parquet(texts, packing, dictionary, isV2: false), texts.Length,
                    "ours (Parquet)", "Parquet.Net", "ParquetSharp");
            Time("zip", ArchiveFiles.Zip(("a", string.Join('\n', texts)), ("b", "")), 0, "ours (zip)", "ZipArchive");
            Time("tar.gz", Gzip(ArchiveFiles.Tar(reviews)), 0, "ours (tar)", "System.Formats.Tar");
            Time("gzip", Gzip(Encoding.UTF8.GetBytes(string.Join('\n', texts))), 0, "ours (gzip)", "GZipStream");

            var few = texts[..400];
            var layouts = from packing in Packings
                          from layout in Enumerable.Range(0, 4)
                          let dictionary = layout % 2 == 0
                          let isV2 = layout > 1
                          select Parquet(few, packing, dictionary, isV2);
            Damage("parquet", [.. layouts], "ours (Parquet)", "Parquet.Net", "ParquetSharp");
            Damage("zip", [ArchiveFiles.Zip(reviews[..40])], "ours (zip)", "ZipArchive");
            Damage("tar.gz", [Gzip(ArchiveFiles.Tar(reviews[..40]))], "ours (tar)", "System.Formats.Tar");
            Damage("gzip", [Gzip(Encoding.UTF8.GetBytes(string.Join('\n', few)))], "ours (gzip)", "GZipStream");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void Time(string kind, byte[] content, int rows, params string[] readers)
        {
            var path = Save(kind, content);
            foreach (var reader in readers)
            {
                var (starts, reads, peak) = (new List<double>(), new List<double>(), 0.0);
                for (var i = 0; i < Repetitions; i++)
                {
                    using var child = new UploadReading(reader, seconds: 120);
                    var cold = child.Read(path);
                    starts.Add(cold.StartMilliseconds);
                    peak = Math.Max(peak, cold.PeakMiB);
                    // Measured after the code of the reader has been compiled.
                    reads.Add(Enumerable.Range(0, 3).Min(_ => child.Read(path).Milliseconds));
                }
                starts.Sort();
                reads.Sort();
                var read = reads[Repetitions / 2];
                Measured.Say(
                    $"{reader,-20} {kind,-16} {starts[Repetitions / 2],10:0} {read,9:0} {rows / read,8:0} {peak,9:0}");
            }
        }

        void Damage(string kind, IReadOnlyList<byte[]> whole, params string[] readers)
        {
            var random = new Random(Seed);
            var paths = Enumerable.Range(0, count)
                .Select(i => Save($"{kind}-{i}", Damaged(whole[i % whole.Count], i / whole.Count, random))).ToList();
            foreach (var reader in readers)
            {
                var (outcomes, peak, child) =
                    (new SortedDictionary<string, int>(StringComparer.Ordinal), 0.0,
                        new UploadReading(reader, seconds: 5));
                var right = whole.Select((content, i) => child.Read(Save($"{kind}-whole-{i}", content)).Outcome)
                    .ToList();
                foreach (var (i, path) in paths.Index())
                {
                    var read = child.Read(path);
                    var outcome = !read.Outcome.StartsWith("read", StringComparison.Ordinal)
                        ? read.Outcome : read.Outcome == right[i % right.Count] ? "right" : "wrong";
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                    peak = Math.Max(peak, read.PeakMiB);
                    if (!child.IsOver) continue;
                    child.Dispose();
                    child = new UploadReading(reader, seconds: 5);
                }
                child.Dispose();
                Measured.Say(
                    $"{reader}, {count} damaged "
                        + $"files: {string.Join(", ", outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"))}; "
                        + $"peak {peak:0} MiB");
            }
        }

        string Save(string name, byte[] content)
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllBytes(path, content);
            return path;
        }
    }

    /// <summary>
    /// Every tenth file is truncated; half of the others are damaged near their end, where Parquet files and zip
    /// archives have their metadata.
    /// </summary>
    private static byte[] Damaged(byte[] whole, int turn, Random random)
    {
        if (turn % 10 == 9) return whole[..random.Next(whole.Length)];
        var damaged = whole.ToArray();
        var from = turn % 2 == 0 ? 0 : Math.Max(0, whole.Length - 500);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
            damaged[random.Next(from, whole.Length)] = (byte)random.Next(256);
        return damaged;
    }

    private static string[] Texts(int count)
    {
        var random = new Random(Seed);
        var words = Enumerable.Range(0, 20_000)
            .Select(i => string.Concat(Enumerable.Range(0, 2 + (i % 9)).Select(_ => (char)('a' + random.Next(26)))))
            .ToArray();
        return [.. Enumerable.Range(0, count)
            .Select(i =>
                string.Join(
                    ' ', Enumerable.Range(0, 10 + (i % 80))
                        .Select(_ => words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))])))];
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Parquet(string[] texts, Packing packing, bool dictionary, bool isV2)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(packing);
        if (texts.Length < 1000) builder.DataPagesize(2000);
        if (!dictionary) builder.DisableDictionary();
        if (isV2) builder.DataPageVersion(ParquetDataPageVersion.V2);
        using var properties = builder.Build();
        using var stream = new MemoryStream();
        using (var output = new ManagedOutputStream(stream, leaveOpen: true))
        using (var file = new ParquetFileWriter(
            output, [new Column<string>("text"), new Column<string>("label")], properties))
        {
            foreach (var rows in texts.Chunk((texts.Length + 1) / 2))
            {
                using var group = file.AppendRowGroup();
                using (var column = group.NextColumn().LogicalWriter<string>()) column.WriteBatch(rows);
                using (var column = group.NextColumn().LogicalWriter<string>())
                    column.WriteBatch([.. rows.Select((_, i) => $"label {i % 3}")]);
            }
            file.Close();
        }
        return stream.ToArray();
    }
}
