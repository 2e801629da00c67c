using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ParquetSharp;
using ParquetSharp.IO;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Tests.Datasets;
using Encoding = System.Text.Encoding;

namespace PieService.Domain.Tests.Files;

/// <summary>
/// A table of texts and labels comes back equal from each file that can hold it, and no prefix of the file gives other
/// rows. The tables are drawn at random, by fixed seeds.
/// </summary>
public sealed class UploadPropertyTests
{
    private const int Seeds = 8;

    /// <summary>Characters that are special in a format, of every plane, and such as a careless reader drops.</summary>
    private static readonly string[] Pieces =
    [
        "\"", "\"\"", ",", ";", "|", "'", "\\", "\\n", "{", "}", "[", "]", ":", "NaN", "Infinity", " ", "  ", "a",
        "word", "é", "ÿ", "€", "“", "ß", "漢", "\u05D0", "\u0301", "\u200B", "\u2028", "\uFEFF", "\uFFFD", "\uE000",
        "\u007F", "\U0001F600", "\U00020000", "\U000E0041", "\U0010FFFD", "sep=", "label", "#", "=1+1", "\v", "\f",
    ];

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r", "\t"];

    private sealed record Row(string Label, string Text);

    public static TheoryData<string, int> CsvFiles() => new(
        from delimiter in new[] { ",", ";", "\t", "|" }
        from seed in Enumerable.Range(0, Seeds)
        select (delimiter, seed));

    public static TheoryData<int> AllSeeds() => [.. Enumerable.Range(0, Seeds)];

    public static TheoryData<string> Packings() => [.. PackedFiles.All.Keys];

    [Theory]
    [MemberData(nameof(CsvFiles))]
    public void A_table_comes_back_from_CSV_with_any_delimiter(string delimiter, int seed)
    {
        var rows = Rows(seed, LineEnds);
        foreach (var lineEnd in new[] { "\n", "\r\n" })
            foreach (var header in new[] { true, false })
            {
                var definition = Definition(DatasetFormat.Csv) with { Delimiter = delimiter, Header = header };
                if (!header) definition = definition with { Columns = new ColumnMapping { Label = "1", Text = "2" } };
                var lines = rows.Select(row => $"{Quoted(row.Label)}{delimiter}{Quoted(row.Text)}");
                if (header) lines = lines.Prepend($"label{delimiter}text");
                AssertRead(rows, definition, Utf8(string.Concat(lines.Select(line => line + lineEnd))));
            }

        static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A text of TSV has neither tabs nor line ends; what looks as if it was quoted is refused.</summary>
    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void A_table_comes_back_from_TSV(int seed)
    {
        var rows = Rows(seed, []).Prepend(new Row("first", "a quote \" within")).ToList();
        var content = "label\ttext\n" + string.Concat(rows.Select(row => $"{row.Label}\t{row.Text}\n"));

        AssertRead(rows, Definition(DatasetFormat.Tsv), Utf8(content));
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void A_table_comes_back_from_JSON_lines_and_from_a_JSON_array(int seed)
    {
        var rows = Rows(seed, LineEnds);
        foreach (var encoder in new[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            foreach (var indented in new[] { true, false })
            {
                var options = new JsonSerializerOptions { Encoder = encoder, WriteIndented = indented };
                var items = rows.Select(row => new { label = row.Label, text = row.Text, other = new[] { "[", "\"" } });
                var array = Utf8(JsonSerializer.Serialize(items, options));
                AssertRead(rows, Definition(DatasetFormat.Jsonl), array);
                AssertNoPrefix(rows, Definition(DatasetFormat.Jsonl), array, mustRefuse: true);
                if (!indented)
                    AssertRead(
                        rows, Definition(DatasetFormat.Jsonl),
                        Utf8(string.Join('\n', items.Select(item => JsonSerializer.Serialize(item, options)))));
            }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void A_table_comes_back_from_Parquet(int seed)
    {
        var rows = Rows(seed, LineEnds);
        foreach (var encoding in new[] { Encodings.Plain, Encodings.Dictionary, Encodings.Delta })
        {
            var file = Parquet(rows, encoding);
            AssertRead(rows, Definition(DatasetFormat.Parquet), file);
            AssertNoPrefix(rows, Definition(DatasetFormat.Parquet), file, mustRefuse: true);
        }
    }

    [Theory]
    [MemberData(nameof(Packings))]
    public void A_table_comes_back_from_each_compression(string packing)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var rows = Rows(seed, LineEnds);
            var json = string.Join('\n', rows.Select(row => JsonSerializer.Serialize(new { row.Label, row.Text })));
            var file = PackedFiles.All[packing](Utf8(json));
            var definition = Definition(DatasetFormat.Jsonl) with
            {
                Columns = new ColumnMapping { Label = "Label", Text = "Text" },
            };
            AssertRead(rows, definition, file);
            AssertNoPrefix(rows, definition, file, mustRefuse: true);

            var parquet = PackedFiles.All[packing](Parquet(rows, Encodings.Delta));
            AssertRead(rows, Definition(DatasetFormat.Parquet), parquet);
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void A_table_comes_back_from_each_encoding_that_has_its_characters(int seed)
    {
        foreach (var (encoding, stated, has) in Encodings.Of)
        {
            var rows = Rows(seed, []).Select(row => row with { Text = "x" + string.Concat(row.Text.Where(has)) })
                .Where(row => !row.Text.Contains('"', StringComparison.Ordinal)).ToList();
            var content = "label\ttext\n" + string.Concat(rows.Select(row => $"{row.Label}\t{row.Text}\n"));
            var definition = Definition(DatasetFormat.Tsv) with { Encoding = stated };
            byte[] file = [.. encoding.Preamble, .. encoding.GetBytes(content)];
            AssertRead(rows, definition, file);
            AssertNoPrefix(rows, definition, file, mustRefuse: false);
        }
    }

    private static List<Row> Rows(int seed, string[] more)
    {
        var (random, pieces) = (new Random(seed), (string[])[.. Pieces, .. more]);
        return [.. Enumerable.Range(0, 12).Select(i => new Row($"{"ab"[i < 2 ? i : random.Next(2)]}", $"{i}{Text()}"))];

        string Text() => string.Concat(
            Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    private static DatasetDefinition Definition(DatasetFormat format) => new()
    {
        Name = "property",
        Task = LearningTask.SingleLabel,
        Format = format,
        Columns = new ColumnMapping { Text = "text", Label = "label" },
    };

    private static void AssertRead(List<Row> rows, DatasetDefinition definition, byte[] file) =>
        Assert.Equal(rows, Read(definition, file));

    /// <summary>
    /// A prefix is refused; where the format cannot tell, as tables of lines that are cut off at a line end, it gives
    /// the first rows, of which the last may have a shorter text.
    /// </summary>
    private static void AssertNoPrefix(List<Row> rows, DatasetDefinition definition, byte[] file, bool mustRefuse)
    {
        for (var length = 1; length < file.Length; length += Math.Max(1, file.Length / 25))
        {
            List<Row> read;
            try
            {
                read = Read(definition, file[..length]);
            }
            catch (UnreadableFileException)
            {
                continue;
            }
            Assert.False(mustRefuse, $"{length} of {file.Length} bytes");
            Assert.Equal(rows.Take(read.Count - 1), read.SkipLast(1));
            Assert.StartsWith(read[^1].Text, rows[read.Count - 1].Text, StringComparison.Ordinal);
        }
    }

    private static List<Row> Read(DatasetDefinition definition, byte[] train)
    {
        using var sample = new SampleFiles { Definition = definition }.With("train", train).With("test", train);
        var dataset = sample.Read();
        return [.. dataset.Examples(Guid.Empty, CancellationToken.None).Where(example => example.Split == Split.Train)
            .Select(example => new Row(dataset.Labels[example.Labels[0]], example.Text))];
    }

    private static byte[] Utf8(string content) => Encoding.UTF8.GetBytes(content);

    private static byte[] Parquet(List<Row> rows, string encoding)
    {
        using var builder = new WriterPropertiesBuilder();
        if (encoding != Encodings.Dictionary) builder.DisableDictionary();
        if (encoding == Encodings.Delta) builder.Encoding(ParquetSharp.Encoding.DeltaByteArray);
        using var properties = builder.Compression(ParquetSharp.Compression.Lz4).Build();
        using var stream = new MemoryStream();
        using (var output = new ManagedOutputStream(stream, leaveOpen: true))
        using (var file = new ParquetFileWriter(
            output, [new Column<string>("text"), new Column<string>("label")], properties))
        {
            using var group = file.AppendRowGroup();
            using (var column = group.NextColumn().LogicalWriter<string>())
                column.WriteBatch([.. rows.Select(row => row.Text)]);
            using (var column = group.NextColumn().LogicalWriter<string>())
                column.WriteBatch([.. rows.Select(row => row.Label)]);
            file.Close();
        }
        return stream.ToArray();
    }

    private static class Encodings
    {
        public const string Plain = "plain", Dictionary = "dictionary", Delta = "delta";

        /// <summary>An encoding, what the definition states, and whether the encoding has a character.</summary>
        public static readonly IReadOnlyList<(Encoding, TextEncoding, Func<char, bool>)> Of =
        [
            (new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), TextEncoding.Utf8, _ => true),
            (Encoding.UTF8, TextEncoding.Latin1, _ => true),
            (Encoding.Unicode, TextEncoding.Utf8, _ => true),
            (Encoding.BigEndianUnicode, TextEncoding.Windows1252, _ => true),
            (Encoding.Latin1, TextEncoding.Latin1, character => character is < '\x80' or >= '\xA0' and <= '\xFF'),
            (CodePagesEncodingProvider.Instance.GetEncoding(1252)!, TextEncoding.Windows1252,
                character => character is < '\x80' or >= '\xA0' and <= '\xFF' or '€' or '“'),
        ];
    }
}
