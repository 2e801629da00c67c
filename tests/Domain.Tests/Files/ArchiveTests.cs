using System.Formats.Tar;
using System.Text;
using PieService.Archives;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

/// <summary>Archives as untrusted clients may send them.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly (string, string)[] Reviews =
        [.. Enumerable.Range(0, 3)
            .SelectMany(
                i => new[] { ($"aclImdb/train/pos/{i}_9.txt", $"good {i}"), (
                    $"aclImdb/train/neg/{i}_2.txt", $"bad {i}"), ($"aclImdb/test/neg/{i}_2.txt", "dull") })];

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "imdb",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Imdb,
        },
    };

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Every_kind_of_tar_archive_is_read_including_long_names(TarEntryFormat format)
    {
        // A name of more than 100 characters is stored in a separate header or in a prefix.
        var folder = format == TarEntryFormat.V7
            ? "other" : string.Join('/', Enumerable.Repeat("a-long-name-of-a-folder", 6));
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
            foreach (var (name, content) in Reviews.Prepend(($"{folder}/0_1.txt", new string('x', 1000))))
                writer.WriteEntry(Entry(format, name, content));

        Assert.Equal(
            Reviews.Select(review => review.Item2),
            files.With("file", stream.ToArray()).Examples().Select(example => example.Text));
    }

    [Fact]
    public void An_archive_that_is_cut_off_is_refused_wherever_it_ends()
    {
        var plain = ArchiveFiles.Tar(Reviews);
        var gzipped = SampleFiles.Gzip(plain);
        for (var length = 0; length < plain.Length - 1024; length += 97) AssertRefused(plain[..length]);
        for (var length = 0; length < gzipped.Length; length += 3) AssertRefused(gzipped[..length]);

        static void AssertRefused(byte[] archive)
        {
            using var sample = Imdb(archive);
            Assert.Equal("file", sample.Refusal().File.Split('/')[0]);
            if (archive is [0x1F, 0x8B, ..])
                Assert.Contains("the gzip file ends too early", sample.Refusal().Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_damaged_archive_is_either_read_or_refused()
    {
        var (tar, random) = (ArchiveFiles.Tar(Reviews), new Random(5));
        for (var i = 0; i < 500; i++)
        {
            var damaged = tar.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            using var sample = Imdb(damaged);
            ReadOrRefused(sample);
        }
    }

    [Fact]
    public void A_tar_bomb_is_refused_because_of_its_ratio()
    {
        var bomb = ArchiveFiles.TarBomb();
        Assert.InRange(bomb.Length, 0, 80 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(
            "16777216 bytes (decompressed), the most that this service reads (200 times the size of the file",
            files.With("file", bomb).Refusal().Message,
            StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
    }

    [Fact]
    public void A_header_with_a_size_of_gigabytes_is_refused_at_once()
    {
        Assert.Equal(
            "the archive has an extended header of more than 65536 bytes",
            files.With("file", ArchiveFiles.Header(1L << 31, isExtended: true)).Refusal().Message);
    }

    [Fact]
    public void More_entries_than_the_limit_are_refused()
    {
        var header = ArchiveFiles.Tar([new PaxTarEntry(TarEntryType.Directory, "a")])[..2048];
        var (directory, many) = (header[1024..1536], new byte[260_000 * 512]);
        for (var i = 0; i < 260_000; i++) directory.CopyTo(many, i * 512);

        Assert.Contains(
            "more than 250000 entries", files.With("file", SampleFiles.Gzip(many)).Refusal().Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_archive_of_a_million_entries_is_refused_before_they_are_read()
    {
        using var sample = Snli(ArchiveFiles.ZipOf(1_000_000, said: ushort.MaxValue));
        // This archive has a false number of entries.
        using var lying = Snli(ArchiveFiles.ZipOf(1_000_000, said: 3));
        using var elsewhere = Snli(ArchiveFiles.Zip64Of(1_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("more entries than this service reads", elsewhere.Refusal().Message, StringComparison.Ordinal);
        Assert.Contains("more entries than this service reads", sample.Refusal().Message, StringComparison.Ordinal);
        Assert.Contains("more entries than this service reads", lying.Refusal().Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
    }

    [Fact]
    public void A_zip_bomb_is_refused()
    {
        using var sample = Snli(ArchiveFiles.Zip(
            ("snli_1.0_train.jsonl", string.Concat(Enumerable.Repeat(new string(' ', 1023) + "\n", 32 * 1024))),
            ("snli_1.0_dev.jsonl", ""), ("snli_1.0_test.jsonl", "")));

        Assert.Equal("file/snli_1.0_train.jsonl", sample.Refusal().File);
        Assert.Contains("200 times the size of the file", sample.Refusal().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_or_cut_off_zip_archive_is_either_read_or_refused(bool isZip64)
    {
        var pair =
            "{\"gold_label\":\"neutral\",\"sentence1\":\"a\",\"sentence2\":\"b\",\"pairID\":\"c\"}\n"
            + "{\"gold_label\":\"entailment\",\"sentence1\":\"a\",\"sentence2\":\"b\",\"pairID\":\"c\"}\n";
        (string, string)[] files =
            [("snli_1.0_train.jsonl", pair), ("snli_1.0_dev.jsonl", pair), ("snli_1.0_test.jsonl", pair)];
        var zip = isZip64 ? ArchiveFiles.Zip64(files) : ArchiveFiles.Zip(files);
        using (var whole = Snli(zip)) Assert.Equal(6, whole.Examples().Count);
        for (var length = 0; length < zip.Length; length += 5)
        {
            using var sample = Snli(zip[..length]);
            Assert.Equal("file", sample.Refusal().File);
        }
        var random = new Random(9);
        for (var i = 0; i < 500; i++)
        {
            var damaged = zip.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            using var sample = Snli(damaged);
            ReadOrRefused(sample);
        }
    }

    [Fact]
    public void A_very_long_name_is_shortened()
    {
        using var sample = new SampleFiles
        {
            Definition = new DatasetDefinition
            {
                Name = "reuters",
                Task = LearningTask.MultiLabel,
                Format = DatasetFormat.Reuters21578,
            },
        };
        sample.With("file", ArchiveFiles.Tar(($"{new string('a', 5000)}\u0007/reut2-000.sgm", "<REUTERS>\n")));

        Assert.Equal($"file/…{new string('a', 85)}\uFFFD/reut2-000.sgm", sample.Refusal().File);
    }

    private static SampleFiles Imdb(byte[] archive) =>
        new SampleFiles
        {
            Definition = new DatasetDefinition
            {
                Name = "imdb",
                Task = LearningTask.SingleLabel,
                Format = DatasetFormat.Imdb,
            },
        }.With("file", archive);

    private static SampleFiles Snli(byte[] archive) =>
        new SampleFiles
        {
            Definition = new DatasetDefinition
            {
                Name = "snli",
                Task = LearningTask.SingleLabel,
                Format = DatasetFormat.Snli,
            },
        }.With("file", archive);

    private static void ReadOrRefused(SampleFiles sample)
    {
        try
        {
            sample.Read();
        }
        catch (UnreadableFileException)
        {
            // A refusal is expected.
        }
    }

    private static TarEntry Entry(TarEntryFormat format, string name, string content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            _ => new PaxTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return entry;
    }
}
