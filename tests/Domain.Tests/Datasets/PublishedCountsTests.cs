using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PieService.Archives;
using PieService.Domain.Datasets;
using PieService.Golden;

namespace PieService.Domain.Tests.Datasets;

/// <summary>
/// The published files, unchanged or packed again as their authors publish them, have the counts in the README
/// beside them.
/// </summary>
public sealed class PublishedCountsTests : IDisposable
{
    private const string Setting = "PIE_DATA_SETS";

    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("jsonl")]
    [InlineData("txt")]
    public void Snli_has_the_published_counts(string kind)
    {
        var rows = new[] { ("train", "train18k"), ("dev", "dev"), ("test", "test") }
            .ToDictionary(split => split.Item1, split => Rows("snli", $"snli_{split.Item2}.tsv"));
        Define(DatasetFormat.Snli, LearningTask.SingleLabel);
        // Each file ends with a pair without a gold label, as in the published files.
        files.With(
            "file", ArchiveFiles.Zip(rows.Select(split => ($"snli_1.0/snli_1.0_{split.Key}.{kind}", string.Concat(
                (kind == "txt" ? ["gold_label\tsentence1\tsentence2\tpairID\n"] : Array.Empty<string>())
                .Concat(split.Value.Append(["-", "a", "b"])
                    .Select((row, i) => kind == "txt" ? $"{row[0]}\t{row[1]}\t{row[2]}\tp{i}\n" : Json(row, i))))))));

        var dataset = files.Read();

        Assert.Equal(3, dataset.Dropped["noGoldLabel"]);
        AssertSplits(
            dataset, Listed("snli", @"([\d,]+) \+ [\d,]+ pairs of train"), Listed("snli", @"dev ([\d,]+)"),
            Listed("snli", @"test ([\d,]+)"));
        AssertLabels(dataset, Split.Test, rows["test"].CountBy(row => row[0]));
    }

    [Fact]
    public void Imdb_has_the_published_counts()
    {
        var rows = Rows("imdb", "imdb_train_2500.tsv").Concat(Rows("imdb", "imdb_test_2500.tsv")).ToList();
        Define(DatasetFormat.Imdb, LearningTask.SingleLabel);
        files.With(
            "file",
            SampleFiles.Gzip(
                ArchiveFiles.Tar(
                    rows.Select(
                        row => ($"aclImdb/{row[0]}_{row[2]}.txt", Encoding.Latin1.GetString(
                            Encoding.UTF8.GetBytes(row[3])))))));

        var dataset = files.Read();

        AssertSplits(dataset, Listed("imdb", @"([\d,]+) train"), null, Listed("imdb", @"([\d,]+) test"));
        AssertLabels(
            dataset, Split.Train,
            rows.Where(row => row[0].StartsWith("train/", StringComparison.Ordinal)).CountBy(row => row[1]));
        Assert.Equal(rows.Select(row => row[3]), files.Examples().Select(example => example.Text));
    }

    [Fact]
    [Trait("Duration", "Long")]
    public void Reuters_21578_has_the_published_counts()
    {
        Define(DatasetFormat.Reuters21578, LearningTask.MultiLabel);
        files.With("file", File.ReadAllBytes(PathOf("reuters21578", "reuters21578.tar.gz")));

        var dataset = files.Read();

        Assert.Equal(Listed("reuters21578", @"([\d,]+) topics occur in both"), dataset.Labels.Count);
        AssertSplits(
            dataset, Listed("reuters21578", @"([\d,]+) / [\d,]+ documents carry"), null,
            Listed("reuters21578", @"[\d,]+ / ([\d,]+) documents carry"));
        var modApte = Listed("reuters21578", @"([\d,]+) train / ") + Listed("reuters21578", @"train / ([\d,]+) test");
        Assert.Equal(Listed("reuters21578", @"([\d,]+) documents;"), modApte + dataset.Dropped["notInSplit"]);
        Assert.Equal(modApte, dataset.Splits.Sum(split => split.Examples) + dataset.Dropped["noTopic"]);
        Assert.DoesNotContain("noText", dataset.Dropped.Keys);
        Assert.Single(
            files.Examples(),
            example =>
                example.Text.Contains('\u00FC', StringComparison.Ordinal)
                || example.Text.Any(character => character > '\u007F'));
    }

    [Fact]
    public void Aapd_with_its_file_of_labels_has_the_published_counts()
    {
        Define(DatasetFormat.Aapd, LearningTask.MultiLabel);
        var (train, test) =
            (File.ReadAllBytes(PathOf("aapd", "aapd_val.jsonl")), File.ReadAllBytes(PathOf("aapd", "aapd_test.jsonl")));
        files.With("train", train).With("test", test)
            .With("labelIndex", File.ReadAllBytes(PathOf("aapd", "labels.json")));

        var dataset = files.Read();

        Assert.Equal(Listed("aapd", @"([\d,]+) labels"), dataset.Labels.Count);
        AssertSplits(dataset, Listed("aapd", @"validation ([\d,]+)"), null, Listed("aapd", @"test ([\d,]+)"));
        var counts = files.Examples().Select(example => example.Labels.Length).ToList();
        Assert.Equal(
            (Listed("aapd", @"([\d,]+)-[\d,]+ each"), Listed("aapd", @"[\d,]+-([\d,]+) each")),
            (counts.Min(), counts.Max()));
    }

    [Fact]
    public void Trec_has_the_published_counts()
    {
        Define(DatasetFormat.Trec, LearningTask.SingleLabel);
        files.With("train", File.ReadAllBytes(PathOf("trec", "raw_TREC.train")))
            .With("test", File.ReadAllBytes(PathOf("trec", "raw_TREC.test")));

        var dataset = files.Read();

        Assert.Equal(Listed("trec", @"([\d,]+) coarse classes"), dataset.Labels.Count);
        AssertSplits(
            dataset, Listed("trec", @"questions ([\d,]+) / "), null, Listed("trec", @"questions [\d,]+ / ([\d,]+)"));
    }

    private void Define(DatasetFormat format, LearningTask task) =>
        files.Definition = new DatasetDefinition { Name = "published", Task = task, Format = format };

    private static void AssertSplits(SourceDataset dataset, int train, int? validation, int test) => Assert.Equal(
        [(Split.Train, train),
            .. validation is { } examples ? [(Split.Validation, examples)] : Array.Empty<(Split, int)>(),
            (Split.Test, test)],
        dataset.Splits.Select(split => (split.Split, split.Examples)));

    private static void AssertLabels(SourceDataset dataset, Split split, IEnumerable<KeyValuePair<string, int>> counts)
    {
        var byLabel = counts.ToDictionary();
        Assert.Equal(
            dataset.Labels.Select(label => byLabel[label]),
            dataset.Splits.Single(summary => summary.Split == split).PerLabel);
    }

    private static List<string[]> Rows(string folder, string file) =>
        [.. File.ReadAllText(PathOf(folder, file)).Split('\n').Skip(1).Where(line => line.Length > 0)
            .Select(line => line.TrimEnd('\r').Split('\t'))];

    private static string Json(string[] row, int i) =>
        System.Text.Json.JsonSerializer.Serialize(new
        {
            gold_label = row[0],
            sentence1 = row[1],
            sentence2 = row[2],
            pairID = $"p{i}",
        }) + "\n";

    /// <summary>A number in the row of the README for a folder.</summary>
    private static int Listed(string folder, string pattern)
    {
        var row = File.ReadLines(PathOf("", "README.md"))
            .Single(line => line.StartsWith($"| `{folder}/` |", StringComparison.Ordinal));
        var number = Regex.Match(row, pattern);
        Assert.True(number.Success, $"The README has no text like {pattern} for {folder}.");
        return int.Parse(number.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    private static string PathOf(string folder, string file)
    {
        var root = Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
            ? given : Path.Combine(GoldenFolder.RepositoryRoot(), "..", "shared", "data");
        var path = Path.Combine(root, folder, file);
        Assert.SkipUnless(
            File.Exists(path),
            $"There is no published {Path.Combine(folder, file)}; {Setting} names the folder of the datasets.");
        return path;
    }
}
