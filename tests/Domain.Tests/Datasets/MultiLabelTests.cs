using System.Text;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public sealed class MultiLabelTests : IDisposable
{
    private const string Train =
        "topics,text\n\"[\"\"trade\"\", \"\"grain\"\"]\",one\n[],two\n\"[\"\"grain\"\"]\",three\n";
    private const string Test = "topics,text\n\"[\"\"grain\"\"]\",four\n";

    private readonly SampleFiles files = new();

    public MultiLabelTests() => files.Definition = files.Definition with
    {
        Task = LearningTask.MultiLabel,
        Columns = new ColumnMapping { Text = "text", Labels = "topics" },
    };

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(DatasetFormat.Csv, null, Train, Test)]
    [InlineData(
        DatasetFormat.Csv, ";", "topics,text\ntrade;grain,one\n,two\ngrain,three\n", "topics,text\ngrain,four\n")]
    [InlineData(DatasetFormat.Tsv, null, "topics\ttext\n[\"trade\", \"grain\"]\tone\n[]\ttwo\n[\"grain\"]\tthree\n",
        "text\ttopics\nfour\t[\"grain\"]")]
    [InlineData(DatasetFormat.Tsv, ", ", "topics\ttext\ntrade, grain\tone\n\ttwo\ngrain\tthree\n",
        "topics\ttext\ngrain\tfour\n")]
    [InlineData(
        DatasetFormat.Jsonl, null,
        "{\"topics\":[\"trade\",\"grain\"],\"text\":\"one\"}\n{\"topics\":[],\"text\":\"two\"}\n"
        + "{\"topics\":[\"grain\"],\"text\":\"three\"}", "{\"topics\":[\"grain\"],\"text\":\"four\"}")]
    [InlineData(
        DatasetFormat.Jsonl, " ",
        "{\"topics\":\"trade "
        + "grain\",\"text\":\"one\"}\n{\"topics\":\"\",\"text\":\"two\"}\n{\"topics\":\"grain\",\"text\":\"three\"}",
        "{\"topics\":[\"grain\"],\"text\":\"four\"}")]
    public void Labels_in_a_list_and_in_a_text_give_the_same_dataset(
        DatasetFormat format, string? separator, string train, string test)
    {
        files.Definition = files.Definition with { Format = format, LabelSeparator = separator };
        var dataset = files.With("train", train).With("test", test).Read();

        Assert.Equal(["grain", "trade"], dataset.Labels);
        Assert.Equal([2, 1], dataset.Splits[0].PerLabel);
        Assert.Equal([1, 0], dataset.Splits[1].PerLabel);
        Assert.Equal([[0, 1], [], [0], [0]], files.Examples().Select(example => example.Labels));
        using var csv = new SampleFiles
        {
            Definition = files.Definition with { Format = DatasetFormat.Csv, LabelSeparator = null },
        };
        Assert.Equal(csv.With("train", Train).With("test", Test).Read().ContentHash, dataset.ContentHash);
    }

    /// <summary>Computed once by another program, from the description of the format alone.</summary>
    [Fact]
    public void The_hash_is_pinned() => Assert.Equal(
        "sha256:ecb3943b753b9140cad41fd44165453a00c78495c23642f85e65b913a7e67ad5",
        files.With("train", Train).With("test", Test).Read().ContentHash);

    [Fact]
    public void The_labels_of_an_example_are_a_set()
    {
        var hash = files.With("train", Train).With("test", Test).Read().ContentHash;

        using var twice = new SampleFiles { Definition = files.Definition };
        twice.With(
            "train",
            Train.Replace(
                "\"\"trade\"\", \"\"grain\"\"", "\"\"grain\"\", \"\"trade\"\", \"\"grain\"\"",
                StringComparison.Ordinal));
        Assert.Equal(hash, twice.With("test", Test).Read().ContentHash);

        using var fewer = new SampleFiles { Definition = files.Definition };
        fewer.With("train", Train.Replace("\"\"trade\"\", \"\"grain\"\"", "\"\"trade\"\"", StringComparison.Ordinal));
        Assert.NotEqual(hash, fewer.With("test", Test).Read().ContentHash);
    }

    [Fact]
    public void Labels_of_the_definition_keep_their_order_and_other_labels_are_refused()
    {
        files.Definition = files.Definition with { Labels = ["trade", "ship", "grain"] };
        Assert.Equal([1, 0, 2], files.With("train", Train).With("test", Test).Read().Splits[0].PerLabel);

        files.Definition = files.Definition with { Labels = ["trade", "ship"] };
        var refusal = files.Refusal();
        Assert.Equal(("train", 2, "topics"), (refusal.File, refusal.Line, refusal.Column));
        Assert.Equal("'grain' is not among the definition's labels: 'trade', 'ship'", refusal.Message);
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, null, "topics,text\ngrain,one\n", "is not a list of labels")]
    [InlineData(DatasetFormat.Csv, null, "topics,text\n\"{}\",one\n", "is not a list of labels")]
    [InlineData(DatasetFormat.Csv, null, "topics,text\n[0.5],one\n", "has the number 0.5, which is not whole")]
    [InlineData(DatasetFormat.Csv, null, "topics,text\n\"[\"\"\\ud800\"\"]\",one\n", "is not a list of labels")]
    [InlineData(DatasetFormat.Csv, null, "topics,text\n\"[\"\"\"\"]\",one\n", "the label is empty")]
    [InlineData(DatasetFormat.Csv, ";", "topics,text\na;;b,one\n", "the label is empty")]
    [InlineData(DatasetFormat.Csv, ";", "topics,text\na; b,one\n", "'<U+0020>b' has white space (U+0020)")]
    [InlineData(DatasetFormat.Jsonl, null, "\n{\"topics\":\"a\",\"text\":\"one\"}", "is not a list of labels")]
    [InlineData(DatasetFormat.Jsonl, null, "\n{\"topics\":7,\"text\":\"one\"}", "must be a list of labels")]
    [InlineData(DatasetFormat.Jsonl, null, "\n{\"topics\":null,\"text\":\"one\"}", "the label is empty")]
    [InlineData(
        DatasetFormat.Jsonl, null, "\n{\"topics\":[[\"a\"]],\"text\":\"one\"}",
        "neither a string, a whole number, true or false")]
    public void A_value_that_is_not_a_list_of_labels_is_refused_with_its_line_and_column(
        DatasetFormat format, string? separator, string train, string message)
    {
        files.Definition = files.Definition with { Format = format, LabelSeparator = separator };
        var refusal = files.With("train", train).With("test", Test).Refusal();

        Assert.Equal(("train", 2, "topics"), (refusal.File, refusal.Line, refusal.Column));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_label_without_training_examples_is_enough_and_a_dataset_without_labels_is_refused()
    {
        Assert.Equal(["grain"], files.With("train", "topics,text\n[],one\n").With("test", Test).Read().Labels);

        using var none = new SampleFiles { Definition = files.Definition };
        Assert.Equal(
            "no example has a label",
            none.With("train", "topics,text\n[],one\n").With("test", "topics,text\n[],two\n").Refusal().Message);
    }

    [Fact]
    public void An_example_with_more_labels_than_a_dataset_can_have_is_refused()
    {
        files.Definition = files.Definition with { LabelSeparator = ";", Labels = ["a", "b"] };
        var cell = string.Join(';', Enumerable.Repeat("a", DatasetLimits.MaxLabels + 1));
        files.With("train", $"topics,text\na,one\n{cell},two\n").With("test", "topics,text\na,three\n");

        Assert.Equal((3, "has more than 10000 labels"), (files.Refusal().Line, files.Refusal().Message));
    }

    [Fact]
    public void A_single_file_is_divided_at_random_by_the_seed()
    {
        var definition = files.Definition with
        {
            LabelSeparator = ";",
            Split = new SplitFractions { Validation = 0.2m, Test = 0.3m, Seed = 1 },
        };
        var content = Encoding.UTF8.GetBytes(
            "topics,text\n" + string.Concat(
                Enumerable.Range(0, 100).Select(i => $"{(i % 3 == 0 ? "a;b" : i % 3 == 1 ? "a" : "")},text {i}\n")));

        var first = Texts(1);
        Assert.Equal([50, 20, 30], first.Values.Select(texts => texts.Count));
        Assert.Equal(first, Texts(1));
        Assert.NotEqual(first, Texts(2));

        Dictionary<Split, List<string>> Texts(int seed)
        {
            using var sample =
                new SampleFiles { Definition = definition with { Split = definition.Split with { Seed = seed } } };
            return sample.With("file", content).Examples().GroupBy(example => example.Split).OrderBy(split => split.Key)
                .ToDictionary(
                    split => split.Key,
                    split => split.OrderBy(example => example.Position).Select(example => example.Text).ToList());
        }
    }
}
