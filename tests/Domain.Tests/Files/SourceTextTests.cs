using System.Text;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

public sealed class SourceTextTests : IDisposable
{
    private const string Test = "label,text\na,x\nb,y\n";

    private const string CutOff = "the gzip file ends too early or is followed by other data; is the upload complete?";

    private static readonly string Train = "label,text\n"
        + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{(i % 3 == 0 ? 'a' : 'b')},text {i * 7919L} é\n"));

    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Gzip_is_recognised_by_the_content_and_may_have_several_members()
    {
        var bytes = Encoding.UTF8.GetBytes(Train);
        var middle = bytes.Length / 2;
        files.With("train", [.. SampleFiles.Gzip(bytes[..middle]), .. SampleFiles.Gzip(bytes[middle..])])
            .With("test", Test);
        using var plain = new SampleFiles().With("train", Train).With("test", Test);

        Assert.Equal(plain.Read().ContentHash, files.Read().ContentHash);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void A_gzip_file_that_was_cut_off_is_refused(int missing)
    {
        var whole = SampleFiles.Gzip(Encoding.UTF8.GetBytes(Train));
        var refusal = files.With("train", whole[..Math.Max(2, whole.Length - missing)]).With("test", Test).Refusal();

        Assert.Equal(CutOff, refusal.Message);
    }

    [Fact]
    public void A_gzip_file_that_was_cut_off_is_reported_as_such_wherever_it_ends()
    {
        var whole = SampleFiles.Gzip(
            Encoding.UTF8.GetBytes(Train[..(Train.IndexOf("text 7919000 ", StringComparison.Ordinal) - 2)]));
        for (var length = 2; length < whole.Length; length += 7)
        {
            using var sample = new SampleFiles().With("train", whole[..length]).With("test", Test);
            var refusal = sample.Refusal();

            Assert.True(refusal.Message == CutOff, $"{length} bytes: {refusal.Line} {refusal.Message}");
        }
    }

    [Fact]
    public void A_gzip_file_followed_by_something_else_is_refused()
    {
        var refusal = files.With("train", [.. SampleFiles.Gzip(Encoding.UTF8.GetBytes(Train)), 1, 2, 3])
            .With("test", Test).Refusal();

        Assert.Equal((20_002L, null), (refusal.Line, refusal.Column));
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        var damaged = SampleFiles.Gzip(Encoding.UTF8.GetBytes(Train));
        damaged[^6] ^= 1;

        Assert.Contains(
            "damaged", files.With("train", damaged).With("test", Test).Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_is_not_UTF_8_is_refused_with_its_line()
    {
        var bytes = Encoding.UTF8.GetBytes(Train);
        var place = Train.IndexOf("\na,text 71271000 ", StringComparison.Ordinal);
        var line = Train[..(place + 1)].Count(c => c == '\n') + 1;
        bytes[Encoding.UTF8.GetByteCount(Train[..place]) + 3] = 0xE9;
        var refusal = files.With("train", bytes).With("test", Test).Refusal();

        Assert.Equal((line, "character 3"), (refusal.Line, refusal.Column));
        Assert.Contains("0xE9", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatasetFormat.Csv)]
    [InlineData(DatasetFormat.Tsv)]
    public void The_place_of_an_error_is_right_in_a_file_whose_lines_end_with_CR(DatasetFormat format)
    {
        files.Definition = files.Definition with { Delimiter = format == DatasetFormat.Csv ? "\t" : null };
        var rows = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{"ab"[i % 2]}\ttext {i}\r"));
        foreach (var invalid in new byte[] { 0xE9, 0 })
        {
            using var sample = new SampleFiles { Definition = files.Definition }.As(format)
                .With("train", [.. Encoding.ASCII.GetBytes("label\ttext\r" + rows + "a\t"), invalid, .. "\r"u8]);
            var refusal = sample.Refusal();

            Assert.Equal((5002, "character 3"), (refusal.Line, refusal.Column));
        }
    }

    /// <summary>The first block decides, and a file for which it was wrong is refused.</summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_CR_in_a_long_first_line_is_not_read_as_a_line_end(string end)
    {
        var refusal = files.As(DatasetFormat.Tsv)
            .With("train", $"label\ttext\rmore{new string('x', 20_000)}{end}a\tone{end}").Refusal();

        Assert.Equal(2, refusal.Line);
        Assert.StartsWith("mixes line ends", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_incomplete_character_at_the_end_of_the_file_is_refused() =>
        Assert.Equal(3, files.With("train", [.. "label,text\na,one\nb,"u8, 0xC3]).With("test", Test).Refusal().Line);

    [Fact]
    public void Latin_1_is_read_if_it_is_the_encoding_of_the_definition()
    {
        files.Definition = files.Definition with { Encoding = TextEncoding.Latin1 };
        files.With("train", [.. "label,text\na,caf"u8, 0xE9, .. "\nb,na"u8, 0xEF, .. "ve\n"u8]).With("test", Test);

        Assert.Equal(["café", "naïve"], files.Examples().Take(2).Select(example => example.Text));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_header() =>
        Assert.Equal(
            "one",
            files.With("train", "\uFEFFlabel,text\na,one\nb,two").With("test", "\uFEFF" + Test).Examples()[0].Text);

    [Theory]
    [InlineData(TextEncoding.Utf8)]
    [InlineData(TextEncoding.Latin1)]
    [InlineData(TextEncoding.Windows1252)]
    public void A_byte_order_mark_decides_whatever_the_definition_says(TextEncoding stated)
    {
        const string text = "label,text\na,café 漢字 \U0001F600\nb,two\n";
        foreach (var encoding in new Encoding[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var sample = new SampleFiles();
            sample.Definition = sample.Definition with { Encoding = stated };
            sample.With("train", [.. encoding.Preamble, .. encoding.Preamble, .. encoding.GetBytes(text)])
                .With("test", Test);
            Assert.Equal("café 漢字 \U0001F600", sample.Examples()[0].Text);
        }
    }

    /// <summary>Blocks of the reader end within characters, and a surrogate pair may be in two of them.</summary>
    [Fact]
    public void UTF_16_is_read_over_all_blocks()
    {
        var text = "label,text\na,b" + string.Concat(Enumerable.Repeat("\U0001F600", 40_000)) + "\nb,x\n";
        files.With("train", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)]).With("test", Test);

        Assert.Equal(80_001, files.Examples()[0].Text.Length);
    }

    [Theory]
    [InlineData("a<,x\n", 2, "character 2", "has half of a surrogate pair (U+D83D)")]
    [InlineData("a,>\n", 2, "character 3", "has half of a surrogate pair (U+DE00)")]
    [InlineData("a,<>\nb,<", 3, "character 3", "has half of a surrogate pair (U+D83D)")]
    public void Half_of_a_surrogate_pair_is_refused_with_its_place(string rows, int line, string column, string message)
    {
        // An attribute cannot have half of a pair.
        var halves = rows.Replace('<', '\uD83D').Replace('>', '\uDE00');
        var bytes = ("\uFEFFlabel,text\n" + halves).SelectMany(unit => new[] { (byte)unit, (byte)(unit >> 8) });
        var refusal = files.With("train", [.. bytes]).With("test", Test).Refusal();

        Assert.Equal((line, column), (refusal.Line, refusal.Column));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UTF_16_of_an_odd_number_of_bytes_is_refused_with_its_last_line()
    {
        var refusal = files.With("train", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("label,text\na,x"), 0x20])
            .With("test", Test).Refusal();

        Assert.Equal((2, "character 4"), (refusal.Line, refusal.Column));
        Assert.Contains("odd number of bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UTF_32_is_refused_by_name()
    {
        foreach (var encoding in new Encoding[] { Encoding.UTF32, new UTF32Encoding(true, true) })
        {
            using var sample = new SampleFiles();
            sample.With("train", [.. encoding.Preamble, .. encoding.GetBytes(Test)]).With("test", Test);
            Assert.StartsWith("the file is UTF-32", sample.Refusal().Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("utf-16", "label,text\na,x\n")]
    [InlineData("utf-16BE", "label,text\na,漢字\n")]
    [InlineData("utf-32", "label,text\na,漢字\n")]
    public void A_wide_encoding_without_a_byte_order_mark_is_named(string encoding, string content)
    {
        files.With("train", Encoding.GetEncoding(encoding).GetBytes(content)).With("test", Test);
        var refusal = files.Refusal();

        Assert.Contains(
            $"seems to be {encoding[..6].ToUpperInvariant()} without a byte order mark", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_1252_is_read_where_the_definition_says_so()
    {
        files.Definition = files.Definition with { Encoding = TextEncoding.Windows1252 };
        files.With("train", [.. "label,text\na,"u8, 0x93, 0x80, 0x94, 0x9F, 0xE9, .. "\nb,two\n"u8]).With("test", Test);

        Assert.Equal("“€”Ÿé", files.Examples()[0].Text);
    }

    [Theory]
    [InlineData(TextEncoding.Latin1, new byte[] { 0x92 }, "which is a control character in latin-1; if the file is")]
    [InlineData(TextEncoding.Windows1252, new byte[] { 0x81 }, "which is not a character in windows-1252")]
    [InlineData(TextEncoding.Windows1252, new byte[] { 0xE2, 0x80, 0x9D }, "which is part of a UTF-8 character")]
    [InlineData(TextEncoding.Latin1, new byte[] { 0xE2, 0x80, 0x9D }, "which is part of a UTF-8 character")]
    public void A_byte_without_a_character_is_refused_with_its_place(
        TextEncoding encoding, byte[] bytes, string message)
    {
        files.Definition = files.Definition with { Encoding = encoding };
        files.With("train", [.. "label,text\na,don"u8, .. bytes, .. "t\nb,two\n"u8]).With("test", Test);
        var refusal = files.Refusal();

        Assert.Equal(2, refusal.Line);
        Assert.StartsWith("character ", refusal.Column, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_is_not_UTF_8_is_most_often_of_Windows() =>
        Assert.Contains(
            "set 'encoding' to windows-1252",
            files.With("train", [.. "label,text\na,don"u8, 0x92, .. "t\n"u8]).With("test", Test).Refusal().Message,
            StringComparison.Ordinal);

    /// <summary>A definition of a published format must not have 'encoding'.</summary>
    [Theory]
    [InlineData(DatasetFormat.Trec, "HUM:x don", 0x92, "which is a control character in latin-1, the encoding of this")]
    [InlineData(DatasetFormat.Trec, "HUM:x \u00E2", 0x80, "which is part of a UTF-8 character; the encoding of this")]
    [InlineData(DatasetFormat.Aapd, "{\"text\": \"", 0xE9, "is not UTF-8 (0xE9), the encoding of this format; send")]
    public void A_published_format_has_its_encoding_named_with_a_fix_that_it_allows(
        DatasetFormat format, string before, byte invalid, string message)
    {
        var refusal = files.As(format).With("train", [.. Encoding.Latin1.GetBytes(before), invalid, 0x9D, .. "t\n"u8])
            .With("test", Test).Refusal();

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'encoding'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label,text\na,one\nb,t\0wo\n", 3, 4)]
    [InlineData("l\0a\0b\0", 1, 2)]
    public void A_NUL_is_refused_with_its_position(string content, int line, int character)
    {
        var refusal = files.With("train", content).With("test", Test).Refusal();

        Assert.Equal((line, $"character {character}"), (refusal.Line, refusal.Column));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, 'x')]
    [InlineData(DatasetFormat.Csv, ',')]
    [InlineData(DatasetFormat.Csv, '"')]
    [InlineData(DatasetFormat.Tsv, '\t')]
    [InlineData(DatasetFormat.Jsonl, 'x')]
    public void A_record_of_unbounded_length_does_not_fill_the_memory(DatasetFormat format, char filler)
    {
        var header = format switch
        {
            DatasetFormat.Csv => "label,text\na,one\n",
            DatasetFormat.Tsv =>
            "label\ttext\na\tone\n",
            _ => "{\"label\":\"a\",\"text\":\"one\"}\n{}\n"
        };
        files.Limits = files.Limits with { RecordCharacters = 256 * 1024 };
        // 32 MB of one character in 2 lines, gzipped in pieces, so that the test does not hold them in memory either.
        var piece = SampleFiles.Gzip(Encoding.UTF8.GetBytes(new string(filler, 1024 * 1024)));
        files.As(format)
            .With("train",
                [.. SampleFiles.Gzip(Encoding.UTF8.GetBytes(header.Replace("{}\n", "", StringComparison.Ordinal))),
                    .. Enumerable.Repeat(piece, 32).SelectMany(bytes => bytes)]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = files.With("test", Test).Refusal();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(format == DatasetFormat.Jsonl ? 2 : 3, refusal.Line);
        Assert.Contains("more than 262144 characters", refusal.Message, StringComparison.Ordinal);
        // A field in the row of the parser takes 40 bytes, and the row doubles until the limit stops it: about 24 MB
        // rather than 1.3 GB for the whole row.
        Assert.InRange(allocated, 0, 48 * 1024 * 1024);
    }

    [Fact]
    public void A_file_that_decompresses_to_too_many_bytes_is_refused()
    {
        files.Limits = files.Limits with { FileBytes = 100_000 };

        Assert.Contains(
            "more than 100000 bytes",
            files.With("train", SampleFiles.Gzip(Encoding.UTF8.GetBytes(Train))).With("test", Test).Refusal().Message,
            StringComparison.Ordinal);
    }
}
