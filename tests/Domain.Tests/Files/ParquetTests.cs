using ParquetSharp;
using ParquetSharp.IO;
using PieService.Archives;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

/// <summary>Apache Arrow writes these files, as it does for pandas.</summary>
public sealed class ParquetTests : IDisposable
{
    private static readonly string[] Texts = [
        .. Enumerable.Range(0, 400)
            .Select(i => $"text {i * 7919L % 1000}, é \U0001F600\n\"{new string('x', i % 50)}\"")];
    private static readonly string[] Names = [.. Texts.Select((_, i) => i % 3 == 0 ? "good" : "bad, \"really\"")];

    private readonly SampleFiles files = new SampleFiles().As(DatasetFormat.Parquet);

    public void Dispose() => files.Dispose();

    public static TheoryData<Compression, bool, bool> Layouts() => new(
        from compression in new[] { Compression.Uncompressed, Compression.Snappy, Compression.Gzip, Compression.Brotli,
            Compression.Zstd, Compression.Lz4, Compression.Lz4Hadoop }
        from dictionary in new[] { true, false }
        from isV2 in new[] { true, false }
        select (compression, dictionary, isV2));

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Files_that_Arrow_writes_are_read(Compression compression, bool dictionary, bool isV2)
    {
        var file = Write(compression, dictionary, isV2, groups: 3);

        var dataset = files.With("train", file).With("test", file).Read();

        Assert.Equal(
            Texts.Zip(Names, (text, name) => $"{text}|{name}"),
            dataset.Examples(Guid.Empty, CancellationToken.None).Where(example => example.Split == Split.Train)
                .Select(example => $"{example.Text}|{dataset.Labels[example.Labels[0]]}"));
    }

    public static TheoryData<Encoding, bool> DeltaEncodings() => new(
        from encoding in new[] { Encoding.DeltaLengthByteArray, Encoding.DeltaByteArray, Encoding.DeltaBinaryPacked }
        from isV2 in new[] { true, false }
        select (encoding, isV2));

    /// <summary>As DuckDB writes its version V2, with labels that are texts or numbers.</summary>
    [Theory]
    [MemberData(nameof(DeltaEncodings))]
    public void Delta_encodings_are_read(Encoding encoding, bool isV2)
    {
        var isNumber = encoding == Encoding.DeltaBinaryPacked;
        var numbers = Texts.Select((_, i) => (i % 3) switch { 0 => long.MinValue, 1 => long.MaxValue, _ => i % 7 })
            .ToArray();
        var file = WriteDelta(encoding, isV2, numbers);

        var dataset = files.With("train", file).With("test", file).Read();

        Assert.Equal(
            Texts.Zip(isNumber ? numbers.Select(number => $"{number}") : Names, (text, name) => $"{text}|{name}"),
            dataset.Examples(Guid.Empty, CancellationToken.None).Where(example => example.Split == Split.Train)
                .Select(example => $"{example.Text}|{dataset.Labels[example.Labels[0]]}"));
    }

    /// <summary>Numbers of 32 bits, and differences that wrap around.</summary>
    [Fact]
    public void Delta_encoded_numbers_of_32_bits_are_read()
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.DisableDictionary().Encoding("label", Encoding.DeltaBinaryPacked).Build();
        var texts = Texts[..3];
        files.With("train", Write(properties, texts, new[] { int.MinValue, int.MaxValue, -5 }, "text", groups: 1))
            .With("test", Write(properties, texts, new[] { int.MaxValue, int.MinValue, -5 }, "text", groups: 1));

        Assert.Equal(["-2147483648", "-5", "2147483647"], files.Read().Labels);
    }

    [Theory]
    [MemberData(nameof(DeltaEncodings))]
    public void A_damaged_file_of_delta_encodings_is_either_read_or_refused(Encoding encoding, bool isV2)
    {
        var file = WriteDelta(encoding, isV2, [.. Texts.Select((_, i) => (long)i % 7)]);
        var random = new Random(13);
        for (var i = 0; i < 150; i++)
        {
            var damaged = file.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(file.Length)] = (byte)random.Next(256);
            AssertReadOrRefused(damaged);
        }
        for (var length = 0; length < file.Length; length += 41) AssertReadOrRefused(file[..length], mustRefuse: true);
    }

    /// <summary>Numbers without bits take no bytes, however many there are.</summary>
    [Fact]
    public void A_page_that_states_a_trillion_lengths_is_refused_at_once()
    {
        // Blocks of 2^30 numbers in one miniblock, 2^40 numbers, the first of them 0; one block of no bits.
        byte[] lengths = [0x80, 0x80, 0x80, 0x80, 4, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0, 0];
        foreach (var encoding in new[] { 6, 7 })
        {
            var page = HandmadeParquet.Encoded(encoding, values: 2, [.. lengths, .. lengths]);
            Assert.Equal(
                "ends too early; is the upload complete?", Refusal(HandmadeParquet.File([page], ["x", "y"])).Message);
        }
    }

    /// <summary>Each text repeats the one before it, so it has no bytes of its own.</summary>
    [Fact]
    public void Texts_that_share_a_prefix_count_with_all_their_bytes()
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Zstd).DisableDictionary()
            .Encoding("text", Encoding.DeltaByteArray).Build();
        var texts = Enumerable.Repeat(new string('x', 1_000_000), 200).ToArray();
        var file = Write(
            properties, texts, [.. texts.Select((_, i) => $"{i % 2}")], "text", groups: 1);
        Assert.InRange(file.Length, 0, 50_000);

        var refusal = Refusal(file, ReadLimits.Default with { FileBytes = 4_000_000 });

        Assert.Contains("4000000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzipped_file_gives_the_same_examples()
    {
        var file = Write();
        files.With("train", SampleFiles.Gzip(file)).With("test", file);
        using var plain = new SampleFiles().As(DatasetFormat.Parquet).With("train", file).With("test", file);

        Assert.Equal(plain.Read().ContentHash, files.Read().ContentHash);
    }

    [Fact]
    public void Labels_may_be_whole_numbers_or_booleans()
    {
        Assert.Equal(["-1", "2"], Labels(new long[] { 2, -1, 2 }));
        Assert.Equal(["-1", "2"], Labels(new int[] { 2, -1, 2 }));
        Assert.Equal(["3", "18446744073709551615"], Labels(new ulong[] { 3, ulong.MaxValue, 3 }));
        Assert.Equal(["false", "true"], Labels(new[] { true, false, true }));
    }

    [Fact]
    public void A_missing_value_is_refused_with_its_row_and_column()
    {
        var refusal = Refusal(Write(["one", "two", null, "four"], ["a", "b", "a", "b"]));

        Assert.Equal((3, "text", "has no value"), (refusal.Line, refusal.Column, refusal.Message));
    }

    /// <summary>Lists of several lengths, including empty ones, in pages that begin within a list.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public void Labels_may_be_lists(Compression compression, bool dictionary, bool isV2)
    {
        var lists = Enumerable.Range(0, 400)
            .Select(i => Enumerable.Range(0, i % 5).Select(k => $"label {(i + k) * 7 % 11}").ToArray()).ToArray();
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(compression).DataPagesize(500);
        if (!dictionary) builder.DisableDictionary();
        if (isV2) builder.DataPageVersion(ParquetDataPageVersion.V2);
        using var properties = builder.Build();
        var file = Write(properties, Texts, lists, "text", groups: 3);

        var dataset = MultiLabel(files).With("train", file).With("test", file).Read();

        Assert.Equal(
            lists.Select(list => list.Order(StringComparer.Ordinal)),
            dataset.Examples(Guid.Empty, CancellationToken.None).Where(example => example.Split == Split.Train)
                .Select(example =>
                    example.Labels.Select(label => dataset.Labels[label]).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Labels_may_be_lists_of_numbers_or_a_text_that_contains_a_list()
    {
        AssertLabels(["3", "10"], Write(["one", "two"], new int[][] { [3, 10], [] }));
        AssertLabels(["a", "b"], Write(["one", "two"], ["[\"a\", \"b\"]", "[]"]));
        AssertLabels(["a", "b"], Write(["one", "two"], ["b|a", ""]), separator: "|");

        static void AssertLabels(string[] expected, byte[] file, string? separator = null)
        {
            using var sample = MultiLabel(new SampleFiles().As(DatasetFormat.Parquet));
            sample.Definition = sample.Definition with { LabelSeparator = separator };
            var dataset = sample.With("train", file).With("test", file).Read();
            Assert.Equal(expected, dataset.Labels);
            Assert.Equal(
                [[0, 1], [], [0, 1], []],
                dataset.Examples(Guid.Empty, CancellationToken.None).Select(example => example.Labels));
        }
    }

    [Fact]
    public void A_list_that_is_missing_lacks_an_item_or_is_too_long_is_refused_with_its_row()
    {
        Assert.Equal(
            (2, "the label is empty; to drop the examples without a label, set 'dropLabels' to [\"\"]"),
            ErrorOf(new string[]?[] { ["a"], null }));
        Assert.Equal((2, "has a list with an item that has no value"), ErrorOf(new string?[][] { ["a"], ["b", null] }));
        Assert.Equal(
            (2, "has a list of more than 10000 items"),
            ErrorOf(new string[][] { ["a"], [.. Enumerable.Repeat("b", 10_001)] }));

        static (long?, string) ErrorOf<T>(T[] lists)
        {
            using var sample = MultiLabel(new SampleFiles().As(DatasetFormat.Parquet));
            var file = Write(["one", "two"], lists);
            var refusal = sample.With("train", file).With("test", file).Refusal();
            Assert.Equal("label", refusal.Column);
            return (refusal.Line, refusal.Message);
        }
    }

    [Fact]
    public void A_list_of_one_label_is_accepted_as_a_single_label()
    {
        Assert.Equal(["a", "b"], Labels(new string[][] { ["a"], ["b"], ["a"] }));

        var refusal = Refusal(Write(["one", "two"], new string[][] { ["a"], ["b", "c"] }));
        Assert.Equal((2, "label"), (refusal.Line, refusal.Column));
        Assert.StartsWith("has 2 labels", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>pandas makes a column of whole numbers double if one of them is missing.</summary>
    [Fact]
    public void Labels_may_be_floating_point_numbers_without_a_fraction()
    {
        Assert.Equal(["-1", "2", "10"], Labels(new double[] { 10, -1, 2 }));
        Assert.Equal(["-1", "0", "2"], Labels(new float[] { 2, -1, -0f }));
        Assert.Equal(["1", "2"], Labels(new double[][] { [1], [2], [1] }));

        var refusal = Refusal(Write(["one", "two"], new double[] { 1, 0.5 }));
        Assert.Equal(
            (2, "has the number 0.5, which is not whole; a label is a string, a whole number, true or false"),
            (refusal.Line, refusal.Message));
    }

    [Fact]
    public void A_missing_label_is_refused_or_dropped()
    {
        AssertMissing(Write(["one", "two", "three"], new double[] { 1, double.NaN, 0 }));
        AssertMissing(Write(["one", "two", "three"], new double?[] { 1, null, 0 }));
        AssertMissing(Write(["one", "two", "three"], new long?[] { 1, null, 0 }));
        AssertMissing(Write<string, string?>(["one", "two", "three"], new string?[] { "1", null, "0" }));

        static void AssertMissing(byte[] file)
        {
            var refusal = Refusal(file);
            Assert.Equal((2, "label"), (refusal.Line, refusal.Column));
            Assert.StartsWith("the label is empty; to drop", refusal.Message, StringComparison.Ordinal);
            using var sample = new SampleFiles().As(DatasetFormat.Parquet);
            sample.Definition = sample.Definition with { DropLabels = [""] };
            var dataset = sample.With("train", file).With("test", file).Read();
            Assert.Equal(["0", "1"], dataset.Labels);
            Assert.Equal(new Dictionary<string, int> { ["noLabel"] = 2 }, dataset.Dropped);
        }
    }

    [Fact]
    public void A_damaged_file_of_lists_is_either_read_or_refused()
    {
        var file = Write(
            Texts, [.. Texts.Select((_, i) => Enumerable.Range(0, i % 4).Select(k => $"{i * k % 9}").ToArray())]);
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var damaged = file.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(file.Length)] = (byte)random.Next(256);
            AssertReadOrRefused(damaged, isMultiLabel: true);
        }
    }

    private static SampleFiles MultiLabel(SampleFiles sample)
    {
        sample.Definition = sample.Definition with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping { Text = "text", Labels = "label" },
        };
        return sample;
    }

    [Fact]
    public void Columns_of_other_types_are_refused_with_their_names()
    {
        Assert.Equal("label", Refusal(Write(["one", "two"], new[] { 0.5, 1.5 })).Column);
        Assert.Equal("label", Refusal(Write(["one", "two"], new[] { new Date(1), new Date(2) })).Column);
        Assert.Equal("text", Refusal(Write(new[] { 1, 2 }, ["a", "b"])).Column);
        Assert.Equal(
            "the file has no column 'text'; it has 'words', 'label'",
            Refusal(Write(["one", "two"], ["a", "b"], "words")).Message);
    }

    [Fact]
    public void Pages_that_decompress_to_too_many_bytes_are_refused_before_their_rows_are_read()
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Zstd).DisableDictionary().Build();
        var file = Write(
            properties, [.. Enumerable.Repeat(new string('x', 1000), 2000)],
            [.. Enumerable.Range(0, 2000).Select(i => $"{i % 2}")], "text", groups: 1);
        Assert.InRange(file.Length, 0, 50_000);

        Assert.Contains(
            "decompress to more than 500000 bytes",
            Refusal(file, ReadLimits.Default with { FileBytes = 500_000 }).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Data, index and dictionary pages; their headers of 13 bytes compress to almost nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Empty_pages_count_towards_the_limit(int kind)
    {
        var few = HandmadeParquet.File(
            [HandmadeParquet.Values("a"), HandmadeParquet.Empty(kind), HandmadeParquet.Values("b")], ["x", "y"]);
        var many = HandmadeParquet.File(
            [HandmadeParquet.Values("a"), .. Enumerable.Repeat(HandmadeParquet.Empty(kind), 10_000),
                HandmadeParquet.Values("b")], ["x", "y"]);
        var limits = ReadLimits.Default with { FileBytes = 8 * 1024 * 1024 };
        using var sample = new SampleFiles { Limits = limits }.As(DatasetFormat.Parquet).With("train", few)
            .With("test", SampleFiles.Gzip(few));

        Assert.Equal(["a", "b", "a", "b"], sample.Examples().Select(example => example.Text));
        foreach (var file in new[] { many, SampleFiles.Gzip(many) })
        {
            var refusal = Refusal(file, limits);
            Assert.Equal((2, "text"), (refusal.Line, refusal.Column));
            Assert.Contains("decompress to more than 8388608 bytes", refusal.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>DuckDB begins a new page after 100 MB, and its row groups of 122,880 rows may have as much.</summary>
    [Fact]
    public void A_page_may_have_a_size_of_100_MB()
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).DisableDictionary().DataPagesize(100_000_000)
            .Build();
        var texts = Enumerable.Range(0, 51).Select(i => new string((char)('a' + (i % 26)), 2_000_000)).ToArray();

        files.With("train", Write(properties, texts, Names[..51], "text", groups: 1)).With("test", Write());

        Assert.Equal(51 + Texts.Length, files.Read().Examples(Guid.Empty, CancellationToken.None).Count());
    }

    [Fact]
    public void A_page_with_a_false_length_of_a_gigabyte_is_refused_without_an_allocation()
    {
        // Snappy: the uncompressed length as a varint, then a literal of five bytes with the length and the text of a
        // value.
        byte[] literal = [4 << 2, 1, 0, 0, 0, (byte)'a'];
        byte[] page = HandmadeParquet.Packed(5, [5, .. literal]),
            claim = HandmadeParquet.Packed(5, [0x80, 0x80, 0x80, 0x80, 4, .. literal]);
        byte[] fine = HandmadeParquet.File([page, page], ["x", "y"], codec: 1),
            file = HandmadeParquet.File([page, claim], ["x", "y"], codec: 1);
        Assert.Equal(
            ["a", "a", "a", "a"],
            files.With("train", fine).With("test", fine).Examples().Select(example => example.Text));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal("has a page that cannot be decompressed", Refusal(file).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    [Fact]
    public void A_gzipped_file_that_decompresses_to_200_times_its_size_is_refused_before_it_fills_the_disk()
    {
        // A gzip file of 70 KB that decompresses to 64 MiB.
        Assert.Contains(
            "200 times the size of the file", Refusal(ArchiveFiles.TarBomb()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_a_dictionary_repeats_beyond_the_limits_is_refused()
    {
        var file = Write(
            [.. Enumerable.Repeat(new string('x', 1000), 2000)],
            [.. Enumerable.Range(0, 2000).Select(i => $"{i % 2}")]);
        Assert.InRange(file.Length, 0, 20_000);

        Assert.Contains("1000000", Refusal(file, ReadLimits.Default with
        {
            FileBytes = 1_000_000,
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused_wherever_it_ends()
    {
        var file = Write(Compression.Snappy, dictionary: true, isV2: false, groups: 2);

        for (var length = 0; length < file.Length; length += 41) AssertReadOrRefused(file[..length], mustRefuse: true);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_damaged_file_is_either_read_or_refused(
        Compression compression, bool dictionary, bool isV2)
    {
        var file = Write(compression, dictionary, isV2, groups: 2);
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            var damaged = file.ToArray();
            // Half of the changes are in the footer, the last 500 bytes.
            var from = i % 2 == 0 ? 0 : Math.Max(0, file.Length - 500);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(from, file.Length)] = (byte)random.Next(256);
            AssertReadOrRefused(damaged);
        }
    }

    private static void AssertReadOrRefused(byte[] file, bool mustRefuse = false, bool isMultiLabel = false)
    {
        using var files = new SampleFiles().As(DatasetFormat.Parquet).With("train", file).With("test", file);
        files.Limits = ReadLimits.Default with { Records = 10_000 };
        if (isMultiLabel) MultiLabel(files);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            files.Read();
            Assert.False(mustRefuse);
        }
        catch (UnreadableFileException)
        {
            // A refusal is expected.
        }
        // Each of two columns has a page and a dictionary of at most 128 MiB, for each of two readings of two parts.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    private static List<string> Labels<T>(T[] labels)
    {
        using var sample = new SampleFiles().As(DatasetFormat.Parquet);
        var file = Write(["one", "two", "three"], labels);
        return [.. sample.With("train", file).With("test", file).Read().Labels];
    }

    private static UnreadableFileException Refusal(byte[] file, ReadLimits? limits = null)
    {
        using var sample = new SampleFiles().As(DatasetFormat.Parquet);
        sample.Limits = limits ?? sample.Limits;
        return sample.With("train", file).With("test", file).Refusal();
    }

    private static byte[] Write(
        Compression compression = Compression.Snappy, bool dictionary = true, bool isV2 = false, int groups = 1)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(compression).DataPagesize(2000);
        if (!dictionary) builder.DisableDictionary();
        if (isV2) builder.DataPageVersion(ParquetDataPageVersion.V2);
        using var properties = builder.Build();
        return Write(properties, Texts, Names, "text", groups);
    }

    private static byte[] WriteDelta(Encoding encoding, bool isV2, long[] numbers)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Zstd).DataPagesize(2000).DisableDictionary();
        if (isV2) builder.DataPageVersion(ParquetDataPageVersion.V2);
        if (encoding == Encoding.DeltaBinaryPacked)
        {
            builder.Encoding("label", encoding);
            using var ofNumbers = builder.Build();
            return Write(ofNumbers, Texts, numbers, "text", groups: 2);
        }
        builder.Encoding("text", encoding).Encoding("label", encoding);
        using var properties = builder.Build();
        return Write(properties, Texts, Names, "text", groups: 2);
    }

    private static byte[] Write<TText, TLabel>(TText[] texts, TLabel[] labels, string textName = "text")
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).Build();
        return Write(properties, texts, labels, textName, groups: 1);
    }

    private static byte[] Write(string?[] texts, string[] labels) => Write<string?, string>(texts, labels);

    private static byte[] Write<TText, TLabel>(
        WriterProperties properties, TText[] texts, TLabel[] labels, string textName, int groups)
    {
        using var stream = new MemoryStream();
        using (var output = new ManagedOutputStream(stream, leaveOpen: true))
        using (var file = new ParquetFileWriter(
            output, [new Column<TText>(textName), new Column<TLabel>("label")], properties))
        {
            foreach (var rows in Enumerable.Range(0, texts.Length).Chunk(1 + ((texts.Length - 1) / groups)))
            {
                using var group = file.AppendRowGroup();
                using (var column = group.NextColumn().LogicalWriter<TText>())
                    column.WriteBatch([.. rows.Select(row => texts[row])]);
                using (var column = group.NextColumn().LogicalWriter<TLabel>())
                    column.WriteBatch([.. rows.Select(row => labels[row])]);
            }
            file.Close();
        }
        return stream.ToArray();
    }
}
