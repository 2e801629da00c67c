using PieService.Archives;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets.Corpora;

public sealed class SnliTests : IDisposable
{
    private const string Header =
        "gold_label\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
        + "sentence1\tsentence2\tcaptionID\tpairID\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\n";

    private static readonly string Train = Json("neutral", "A \"dog\" runs.", "It is old.", "1.jpg#0n")
        + Json("-", "A dog runs.", "It flies.", "1.jpg#0x")
        + Json("contradiction", "A dog runs.", "A dog sleeps.", "1.jpg#0c")
        + Json("entailment", "A dog runs.", "A dog moves.", "1.jpg#0e");
    private static readonly string Dev = Json("-", "A cat.", "A pet.", "2.jpg#1x")
        + Json("entailment", "A cat.", "An animal.", "2.jpg#1e");
    private static readonly string Test = Json("contradiction", "Rain.", "", "3.jpg#2c");

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "snli",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Snli,
        },
    };

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("jsonl")]
    [InlineData("txt")]
    [InlineData("both")]
    public void The_published_zip_archive_is_read(string kind)
    {
        var entries = new List<(string, string)>
        {
            ("snli_1.0/README.txt", "read me"),
            ("__MACOSX/snli_1.0/snli_1.0_dev.jsonl", "\0\u0005"),
        };
        foreach (var (name, content) in new[] { ("test", Test), ("dev", Dev), ("train", Train) })
        {
            if (kind is "jsonl" or "both") entries.Add(($"snli_1.0/snli_1.0_{name}.jsonl", content));
            if (kind is "txt" or "both") entries.Add(($"snli_1.0/snli_1.0_{name}.txt", Text(content)));
        }
        AssertIsSample(files.With("file", ArchiveFiles.Zip(entries)));
    }

    [Fact]
    public void Unused_files_of_the_archive_count_as_read()
    {
        var noise = new string(new Random(3).GetItems<char>("0123456789abcdef", 1_000_000));
        var zip = ArchiveFiles.Zip(
            ("README.txt", noise), ("snli_1.0_train.jsonl", Train), ("snli_1.0_dev.jsonl", Dev),
            ("snli_1.0_test.jsonl", Test), ("snli_1.0_train.txt", noise));

        files.With("file", zip).Examples();

        Assert.Equal(SourceDataset.Readings(files.Definition) * zip.Length, files.Meter.Bytes);
    }

    [Fact]
    public void One_file_of_either_kind_is_read_for_each_split() =>
        AssertIsSample(
            files.With("train", Train).With("test", Text(Test))
                .With("validation", SampleFiles.Gzip(System.Text.Encoding.UTF8.GetBytes(Text(Dev)))));

    [Theory]
    [InlineData("\n")]
    [InlineData("\uFEFF\n \r\n\t")]
    public void Blank_lines_and_a_byte_order_mark_before_JSON_lines_change_nothing(string before) =>
        AssertIsSample(files.With("train", Train).With("test", Test).With("validation", before + Dev));

    [Fact]
    public void An_unknown_gold_label_is_refused_with_its_line()
    {
        var refusal = files.With("train", Train + Json("maybe", "a", "b", "c")).With("test", Test).Refusal();

        Assert.Equal(("train", 5L, "gold_label"), (refusal.File, refusal.Line, refusal.Column));
        Assert.Equal(
            "'maybe' is not a label of snli, which has 'entailment', 'neutral', 'contradiction'", refusal.Message);
    }

    [Fact]
    public void An_error_in_the_archive_is_reported_with_its_file_and_line()
    {
        files.With(
            "file",
            ArchiveFiles.Zip(
                ("snli_1.0_train.jsonl", Train), ("a\nb\u202E/snli_1.0_dev.jsonl", Dev + "{"),
                ("snli_1.0_test.jsonl", Test)));

        Assert.Equal(("file/a\uFFFDb\uFFFD/snli_1.0_dev.jsonl", 3L), (files.Refusal().File, files.Refusal().Line));
    }

    [Fact]
    public void An_archive_that_lacks_or_repeats_a_split_is_refused()
    {
        Assert.Contains(
            "one file snli_1.0_dev.jsonl",
            files.With("file", ArchiveFiles.Zip(("snli_1.0_train.jsonl", Train), ("snli_1.0_test.jsonl", Test)))
                .Refusal().Message, StringComparison.Ordinal);
        using var twice = new SampleFiles { Definition = files.Definition };
        Assert.EndsWith(
            "it has 2",
            twice.With("file", ArchiveFiles.Zip(("a/snli_1.0_train.txt", ""), ("b/snli_1.0_train.txt", "")))
                .Refusal().Message, StringComparison.Ordinal);
    }

    private static void AssertIsSample(SampleFiles files)
    {
        var dataset = files.Read();

        Assert.Equal(["entailment", "neutral", "contradiction"], dataset.Labels);
        Assert.Equal(
            [(Split.Train, 3), (Split.Validation, 1), (Split.Test, 1)],
            dataset.Splits.Select(split => (split.Split, split.Examples)));
        Assert.Equal([KeyValuePair.Create("noGoldLabel", 2)], dataset.Dropped);
        Assert.Equal(
            ["1.jpg#0n 1 A \"dog\" runs.|It is old.", "1.jpg#0c 2 A dog runs.|A dog sleeps.",
                "1.jpg#0e 0 A dog runs.|A dog moves.", "2.jpg#1e 0 A cat.|An animal.", "3.jpg#2c 2 Rain.|"],
            files.Examples()
                .Select(example =>
                    $"{example.SourceId} {example.Labels.Single()} {example.Text}|{example.SecondText}"));
    }

    private static string Json(string gold, string first, string second, string id) =>
        $$"""{"annotator_labels": ["{{gold}}"], "captionID": "c", "gold_label": "{{gold}}", "pairID": "{{id}}", "sentence1": {{System.Text.Json.JsonSerializer.Serialize(first)}}, "sentence1_parse": "(S)", "sentence2": "{{second}}"}""" + "\n";

    private static string Text(string json) =>
        Header + string.Concat(json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var pair = System.Text.Json.Nodes.JsonNode.Parse(line)!;
            return $"{pair["gold_label"]}\t( A )\t( B )\t(S)\t(S)\t{pair["sentence1"]}\t{pair["sentence2"]}\t"
                + $"c\t{pair["pairID"]}\t{pair["gold_label"]}\t\t\t\t\n";
        }));
}
