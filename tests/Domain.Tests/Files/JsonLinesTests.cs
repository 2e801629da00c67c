using PieService.Domain.Datasets;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

public sealed class JsonLinesTests : IDisposable
{
    private const string Test = """{"text": "x", "label": 1}""";

    private readonly SampleFiles files = new SampleFiles().As(DatasetFormat.Jsonl);

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_line_is_an_object_whose_label_may_be_a_number()
    {
        files.With(
            "train",
            "{\"text\": \"one\\n\\\"two\\\" \\u00e9\", \"label\": 1, \"other\": [1, {}]}\r\n\r\n{\"label\": \"0\", "
                + "\"text\": \"\\ud83e\\udd67\"}").With("test", Test);

        Assert.Equal(
            ["train:1|one\n\"two\" é|1", "train:3|🥧|0", "test:1|x|1"],
            files.Examples().Select(example => $"{example.SourceId}|{example.Text}|{example.Labels[0]}"));
    }

    [Theory]
    [InlineData("""{"text": "é", "label" 1}""", "character 23")]
    [InlineData("""{"text": NaN, "score": -Infinity, "label" 1}""", "character 43")]
    [InlineData("""{"text": "one", "label": 1NaN}""", "character 27")]
    [InlineData("""{"text": "one", "label": NaN1}""", "character 26")]
    [InlineData("""{"text": "one", "label": "a", "text": "two"}""", null)]
    [InlineData("""{"text": "one"}""", "label")]
    [InlineData("""{"text": "one", "label": null}""", "label")]
    [InlineData("""{"text": "one", "label": 1.5}""", "label")]
    [InlineData("""{"text": ["one"], "label": "a"}""", "text")]
    [InlineData("""{"text": "one\u0000", "label": "a"}""", "text")]
    [InlineData("""{"text": "\ud83e", "label": "a"}""", null)]
    [InlineData("""{"\ud83e": "one", "label": "a"}""", null)]
    [InlineData("""["one", "a"]""", null)]
    [InlineData("null", null)]
    public void An_error_in_a_line_is_reported_with_its_position(string line, string? column)
    {
        var refusal = files.With("train", $$"""{"text": "zero", "label": "b"}""" + "\n" + line + "\n")
            .With("test", Test).Refusal();

        Assert.Equal((2, column), (refusal.Line, refusal.Column));
    }

    [Fact]
    public void A_missing_property_is_reported_with_the_existing_ones() => Assert.Equal(
        "has no property 'text'; it has 'sentence', 'label'",
        files.With("train", """{"sentence": "one", "label": "a"}""").With("test", Test).Refusal().Message);

    [Theory]
    [InlineData("""[{"text": "one", "label": 1}, {"text": "[two]\\\"}", "label": 0}]""")]
    [InlineData(
        "\uFEFF \n[\n  {\n    \"text\": \"one\",\n    \"label\": 1\n  },\n" +
        """{"text": "[two]\\\"}", "label": 0}""" + "\n]\n\n")]
    public void A_JSON_array_is_read_element_by_element(string array)
    {
        files.With("train", array).With("test", $"[{Test}]");

        Assert.Equal(
            ["train:1|one|1", "train:2|[two]\\\"}|0", "test:1|x|1"],
            files.Examples().Select(example => $"{example.SourceId}|{example.Text}|{example.Labels[0]}"));
    }

    [Fact]
    public void Each_prefix_of_a_JSON_array_is_refused()
    {
        const string array =
            """[{"text": "one \" [", "label": "a"}, {"text": "two", "label": "b", "other": [[1], {}]} ]""";
        for (var length = 1; length < array.Length; length++)
        {
            using var sample = new SampleFiles().As(DatasetFormat.Jsonl);
            sample.With("train", array[..length]).With("test", """{"text": "x", "label": "a"}""");
            Assert.NotNull(sample.Refusal());
        }
    }

    [Theory]
    [InlineData("""[{"text": "one", "label": "a"},, {}]""", 2, "line 1", "has a comma without an object")]
    [InlineData("""[{"text": "one", "label": "a"}}""", 1, null, "the JSON array has no end")]
    [InlineData("""[{"text": "one", "label": "a"},]""", 2, "line 1", "has a comma without an object")]
    [InlineData("""[{"text": "one", "label": "a"}] {}""", 2, "line 1", "the file continues behind the JSON array")]
    [InlineData(
        "[\n{\"text\": \"one\", \"label\": \"a\"},\n{\n\"text\": 'two'}\n]", 2, "line 4, character 9",
        "is not valid JSON")]
    [InlineData("""[{"text": "one", "label": "a"}, {"text": 2, "label": "a"}]""", 2, "text", "'text' must be a string")]
    [InlineData("""["one", "a"]""", 1, null, "must be a JSON object")]
    public void An_error_in_an_array_is_reported_with_its_element(
        string array, int number, string? column, string message)
    {
        var refusal = files.With("train", array).With("test", Test).Refusal();

        Assert.Equal((number, column), (refusal.Line, refusal.Column));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"text\": \"one\",\n  \"label\": \"a\"\n}\n", "written over several lines?")]
    [InlineData("""{"text": "one", "label": "a"}{"text": "two", "label": "b"}""", "A line has one object")]
    [InlineData("""{"text": "one", "label": "a"} {"text": "two", "label": "b"}""", "A line has one object")]
    [InlineData("""{"text": "one", "label": "a""", "is the upload complete")]
    [InlineData("{'text': 'one', 'label': 'a'}", "write it with json.dumps")]
    [InlineData("""{"text": {"0": "one"}, "label": {"0": "a"}}""", "to_json(orient=\"records\", lines=True)")]
    public void Objects_in_another_layout_are_refused_with_the_fix(string content, string fix) => Assert.Contains(
        fix, files.With("train", content).With("test", Test).Refusal().Message, StringComparison.Ordinal);

    [Fact]
    public void NaN_is_read_in_a_property_that_is_not_mapped()
    {
        files.With(
            "train",
            """
            {"text": "NaN \\", "label": "a", "score": NaN, "more": [Infinity, -Infinity, {"NaN": NaN}]}
            {"text": "\"NaN, Infinity", "score": -Infinity, "label": "b"}
            """).With("test", """{"text": "x", "label": "a", "score": NaN}""");
        using var lines = new SampleFiles().As(DatasetFormat.Jsonl);
        lines.With("train", """{"text": NaN, "label": "a"}""").With("test", Test);

        Assert.Equal(["NaN \\", "\"NaN, Infinity", "x"], files.Examples().Select(example => example.Text));
        Assert.Equal(
            ("text", "'text' is NaN or Infinity, which is not a value of JSON; write a string"),
            (lines.Refusal().Column, lines.Refusal().Message));
    }

    [Fact]
    public void A_byte_order_mark_within_joined_files_is_skipped() => Assert.Equal(
        2,
        files.With("train", Test + "\n\uFEFF" + Test.Replace('1', '2')).With("test", Test).Examples()
            .Count(example => example.Split == Split.Train));

    [Fact]
    public void An_element_of_any_length_does_not_fill_the_memory()
    {
        files.Limits = files.Limits with { RecordCharacters = 64 * 1024 };
        files.With("train", $"[{Test}, {{\"text\": \"{new string('x', 1024 * 1024)}\"").With("test", Test);
        var refusal = files.Refusal();

        Assert.Equal(2, refusal.Line);
        Assert.Contains("more than 65536 characters", refusal.Message, StringComparison.Ordinal);
    }
}
