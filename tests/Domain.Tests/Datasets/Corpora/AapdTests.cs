using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets.Corpora;

public sealed class AapdTests : IDisposable
{
    private const string Train =
        "{\"text\": \"a graph is coloured\", \"label\": [\"math.co\", \"cs.dm\"]}\n{\"text\": \"a proof\", \"label\": "
        + "[\"math.co\"]}\n";
    private const string Test = "{\"text\": \"codes\", \"label\": [\"cs.it\", \"math.co\"]}\n";

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "aapd",
            Task = LearningTask.MultiLabel,
            Format = DatasetFormat.Aapd,
        },
    };

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_line_of_JSON_is_an_abstract_with_its_labels()
    {
        Assert.Equal(["cs.dm", "cs.it", "math.co"], files.With("train", Train).With("test", Test).Read().Labels);
        Assert.Equal(["train:1 02 a graph is coloured", "train:2 2 a proof", "test:1 12 codes"], Lines(files));
    }

    [Fact]
    public void Texts_and_labels_of_two_files_are_joined_line_by_line()
    {
        files.With("train", "a graph is coloured\na proof\n").With("trainLabels", "math.co cs.dm\nmath.co\n")
            .With("testLabels", "cs.it math.co").With("test", "codes");
        using var json = new SampleFiles { Definition = files.Definition };

        Assert.Equal(json.With("train", Train).With("test", Test).Read().ContentHash, files.Read().ContentHash);
        Assert.Equal("train:1 02 a graph is coloured", Lines(files)[0]);
    }

    [Theory]
    [InlineData("one\ntwo\n", "a b\n", "trainLabels", 2, "has fewer lines than train, which has this line")]
    [InlineData("one\n", "a b\na\n", "trainLabels", 2, "has more lines than train, which ends before this line")]
    [InlineData("one\n\n", "a b\na\n", "train", 2, "the text is empty")]
    public void Files_that_do_not_match_are_refused_with_the_line(
        string texts, string labels, string file, int line, string message)
    {
        var refusal = files.With("train", texts).With("trainLabels", labels).With("test", "x").With("testLabels", "a")
            .Refusal();

        Assert.Equal((file, line, message), (refusal.File, refusal.Line, refusal.Message));
    }

    [Theory]
    [InlineData("{\"math.co\": 1, \"cs.it\": 0, \"cs.dm\": 3, \"stat.ml\": 2}")]
    [InlineData("[\"cs.it\", \"math.co\", \"stat.ml\", \"cs.dm\"]")]
    public void A_file_of_labels_fixes_their_order(string index)
    {
        var dataset = files.With("train", Train).With("test", Test).With("labelIndex", index).Read();

        Assert.Equal(["cs.it", "math.co", "stat.ml", "cs.dm"], dataset.Labels);
        Assert.Equal([0, 2, 0, 1], dataset.Splits[0].PerLabel);
    }

    [Fact]
    public void A_label_that_is_not_in_the_file_of_labels_is_refused()
    {
        var refusal = files.With("train", Train).With("test", Test).With("labelIndex", "[\"math.co\", \"cs.dm\"]")
            .Refusal();

        Assert.Equal(("test", 1L, "label"), (refusal.File, refusal.Line, refusal.Column));
    }

    [Theory]
    [InlineData("cs.xx", "'cs.xx' is not among the definition's labels: 'math.co', 'cs.it'")]
    [InlineData(
        "cs\u0001",
        "the label 'cs<U+0001>' has a control character; a label has 1 to 200 characters, no white space or invisible "
        + "characters at its ends and no control characters")]
    public void A_wrong_label_is_refused_with_its_file(string label, string message)
    {
        var refusal = files.With("train", "a graph\ncodes\na proof\n")
            .With("trainLabels", $"math.co\ncs.it\nmath.co {label}\n").With("test", "x").With("testLabels", "cs.it")
            .With("labelIndex", "[\"math.co\", \"cs.it\"]").Refusal();

        Assert.Equal(
            ("trainLabels", 3L, "label", message), (refusal.File, refusal.Line, refusal.Column, refusal.Message));
    }

    [Theory]
    [InlineData("{\"a\": 0, \"b\": 2}")]
    [InlineData("{\"a\": 0, \"b\": 0}")]
    [InlineData("{\"a\": 0, \"a\": 1}")]
    [InlineData("{\"a\": \"0\"}")]
    [InlineData("[\"a\", \"a\"]")]
    [InlineData("[\"\"]")]
    [InlineData("[1]")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("null")]
    public void An_invalid_file_of_labels_is_refused(string index) =>
        Assert.Equal(
            "labelIndex", files.With("train", Train).With("test", Test).With("labelIndex", index).Refusal().File);

    [Theory]
    [InlineData("[\"a\", \"b\", \"a\"]", "repeats the label 'a'")]
    [InlineData("[\"a\", \"b \"]", "the label 'b<U+0020>' has white space (U+0020) at its end")]
    [InlineData("[\"a\", \"\"]", "the label is empty")]
    [InlineData("[\"\u00e9\", \"e\u0301\"]", "the label 'e<U+0301>' and the label '<U+00E9>' look the same")]
    public void A_wrong_name_in_the_file_of_labels_is_stated(string index, string message) => Assert.StartsWith(
        message, files.With("train", Train).With("test", Test).With("labelIndex", index).Refusal().Message,
        StringComparison.Ordinal);

    private static List<string> Lines(SampleFiles files) =>
        [.. files.Examples().Select(example => $"{example.SourceId} {string.Concat(example.Labels)} {example.Text}")];
}
