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
}
