using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Domain.Tests.Datasets;

public sealed class LabelTests : IDisposable
{
    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("true", "false", "false true")]
    [InlineData("1", "0", "0 1")]
    [InlineData("1.0", "0.0", "0 1")]
    [InlineData("1e0", "-0.0", "0 1")]
    [InlineData("\"1.0\"", "\"x\"", "1.0 x")]
    [InlineData("[\"good\"]", "[\"bad\"]", "bad good")]
    [InlineData("[1.0]", "[true]", "1 true")]
    [InlineData("-1.20e1", "340.0E-1", "-12 34")]
    [InlineData("123456789012345678901234567890.0", "0.0e-99999999999", "0 123456789012345678901234567890")]
    public void A_label_of_JSON_lines_is_text_a_whole_number_a_boolean_or_a_list_of_one(
        string first, string second, string labels)
    {
        files.As(DatasetFormat.Jsonl).With("train", $"{Line(first)}{Line(second)}").With("test", Line(second));

        Assert.Equal(labels.Split(' '), files.Read().Labels);
    }

    [Theory]
    [InlineData("0.5", "has the number 0.5, which is not whole")]
    [InlineData("null", "the label is empty; to drop the examples without a label, set 'dropLabels' to [\"\"]")]
    [InlineData("1e-40", "has the number 1e-40, which is not whole")]
    [InlineData("10.5e-1", "has the number 10.5e-1, which is not whole")]
    [InlineData("1e99999999999", "has the number 1e99999999999, which is not whole")]
    [InlineData(
        "0.999999999999999999999999999999", "has the number 0.999999999999999999999999999999, which is not whole")]
    [InlineData("NaN", "the label is empty; to drop the examples")]
    [InlineData("[NaN]", "the label is empty; to drop the examples")]
    [InlineData("[]", "the label is empty; to drop the examples")]
    [InlineData("[\"a\",\"b\"]", "has 2 labels; an example of single-label data has one")]
    [InlineData("{}", "has a label that is neither a string, a whole number, true or false")]
    [InlineData("\"\"", "the label is empty")]
    public void Another_value_in_JSON_lines_is_refused_with_its_line(string label, string message)
    {
        var refusal = files.As(DatasetFormat.Jsonl).With("train", Line("\"x\"") + Line(label)).With("test", "")
            .Refusal();

        Assert.Equal((2, "label"), (refusal.Line, refusal.Column));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_is_dropped_is_counted_and_its_example_omitted()
    {
        files.Definition = files.Definition with { DropLabels = ["-1", ""] };
        files.With("train", "label,text\n0,one\n-1,two\n1,three\n,four\n-1,\n").With("test", "label,text\n-1,x\n1,y\n");

        var dataset = files.Read();
        Assert.Equal(["0", "1"], dataset.Labels);
        Assert.Equal(["one", "three", "y"], files.Examples().Select(example => example.Text));
        Assert.Equal(
            new Dictionary<string, int> { ["label:-1"] = 3, ["noLabel"] = 1 }.OrderBy(reason => reason.Key),
            dataset.Dropped.OrderBy(reason => reason.Key));
    }

    [Fact]
    public void A_missing_value_of_JSON_lines_is_dropped_as_an_empty_label()
    {
        files.Definition = files.Definition with { DropLabels = ["", "-1"] };
        files.As(DatasetFormat.Jsonl).With("train", Line("0") + Line("null") + Line("-1.0") + Line("1.0"))
            .With("test", Line("0"));

        Assert.Equal(["0", "1"], files.Read().Labels);
        Assert.Equal(2, files.Read().Dropped.Values.Sum());
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("null")]
    public void A_missing_label_in_a_list_of_JSON_lines_is_refused_or_dropped(string missing)
    {
        files.Definition = files.Definition with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping { Text = "text", Labels = "label" },
        };
        files.As(DatasetFormat.Jsonl).With("train", Line("[\"a\"]") + Line($"[\"a\", {missing}]"))
            .With("test", Line("[\"a\"]"));
        Assert.StartsWith("the label is empty; to drop", files.Refusal().Message, StringComparison.Ordinal);

        files.Definition = files.Definition with { DropLabels = [""] };
        Assert.Equal(["a"], files.Read().Labels);
        Assert.Equal(["noLabel"], files.Read().Dropped.Keys);
    }

    [Fact]
    public void An_example_of_multi_label_data_is_dropped_if_it_has_a_dropped_label()
    {
        files.Definition = files.Definition with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping { Text = "text", Labels = "label" },
            LabelSeparator = ";",
            DropLabels = ["unsure", ""],
        };
        files.With("train", "label,text\na;unsure,one\na;b,two\n,three\n").With("test", "label,text\nb,four\n");

        Assert.Equal(["two", "four"], files.Examples().Select(example => example.Text));
        Assert.Equal(["label:unsure", "noLabel"], files.Read().Dropped.Keys.Order());
    }

    [Fact]
    public void Codes_have_names_in_the_order_of_their_numbers()
    {
        files.Definition = files.Definition with
        {
            LabelNames = LabelNames.OfCodes(
                [new("10", "Sport"), new("2", "Business"), new("1", "World")]),
        };
        files.With("train", "label,text\n10,one\n1,two\n2,three\n").With("test", "label,text\n2,four\n");

        Assert.Equal(["World", "Business", "Sport"], files.Read().Labels);
        Assert.Equal([2, 0, 1, 1], files.Examples().Select(example => (int)example.Labels[0]));
    }

    [Fact]
    public void A_list_of_names_begins_at_zero_and_text_codes_keep_their_order()
    {
        files.Definition = files.Definition with { LabelNames = LabelNames.OfList("neg", "pos") };
        Assert.Equal(["neg", "pos"], Labels("label,text\n1,one\n0,two\n"));

        Assert.Equal(
            ["wrong", "right"],
            LabelNames.OfCodes([new("refutes", "wrong"), new("2", "right")]).Names);
    }

    [Fact]
    public void A_label_without_a_name_is_refused_with_its_line()
    {
        files.Definition = files.Definition with { LabelNames = LabelNames.OfList("neg", "pos") };
        var refusal = Refusal("label,text\n1,one\n-1,two\n");

        Assert.Equal(
            (3, "label", "'-1' has no name in 'labelNames', which has names of '0', '1'; add one, or add '-1' to "
                + "'dropLabels' to drop its examples"),
            (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void A_number_that_the_definition_does_not_have_is_answered_with_labelNames()
    {
        files.Definition = files.Definition with { Labels = ["World", "Sports"] };

        Assert.EndsWith(
            "'World', 'Sports'; if the files have numbers for them, replace 'labels' by 'labelNames', such as "
            + "{ \"4\": \"World\", … }",
            Refusal("label,text\n4,one\n").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "labelNames": ["a", "a"] }""", "labelNames[1]")]
    [InlineData("""{ "labelNames": { "0": "a", "1": "a" } }""", "labelNames.1")]
    [InlineData("""{ "labelNames": { "0": "a", "1": " b" } }""", "labelNames.1")]
    [InlineData("""{ "labelNames": { "0 ": "a", "1": "b" } }""", "labelNames.0 ")]
    [InlineData("""{ "labelNames": ["a"] }""", "labelNames")]
    [InlineData("""{ "labelNames": ["a", "b"], "labels": ["a", "b"] }""", "labels")]
    [InlineData("""{ "labelNames": ["a", "b"], "dropLabels": ["1"] }""", "dropLabels[0]")]
    [InlineData("""{ "labels": ["a", "b"], "dropLabels": ["b"] }""", "dropLabels[0]")]
    [InlineData("""{ "dropLabels": ["", " a"] }""", "dropLabels[1]")]
    public void A_definition_whose_labels_contradict_themselves_is_refused(string definition, string field)
    {
        var fields = Json.Read<DatasetDefinition>(definition);

        Assert.Equal(field, Assert.Single(DatasetRules.Check(
            files.Definition with
            {
                Labels = fields.Labels,
                LabelNames = fields.LabelNames,
                DropLabels = fields.DropLabels,
            }, ["train", "test"])).Field);
    }

    [Theory]
    [InlineData(LearningTask.SingleLabel, "must have at least two labels; leave it out to take them from the files")]
    [InlineData(LearningTask.MultiLabel, "must have at least one label; leave it out to take them from the files")]
    public void An_empty_list_of_labels_is_refused_with_the_number_that_the_task_needs(
        LearningTask task, string message) =>
        Assert.Contains(
            new FieldError("labels", message),
            DatasetRules.Check(files.Definition with { Task = task, Labels = [] }, ["train", "test"]));

    private static string Line(string label) => $"{{\"text\":\"t\",\"label\":{label}}}\n";

    private IReadOnlyList<string> Labels(string train)
    {
        using var sample = new SampleFiles { Definition = files.Definition };
        return sample.With("train", train).With("test", train).Read().Labels;
    }

    private UnreadableFileException Refusal(string train)
    {
        using var sample = new SampleFiles { Definition = files.Definition };
        return sample.With("train", train).With("test", train).Refusal();
    }
}
