using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

/// <summary>Lists of labels in a cell, as pandas and NumPy write them into CSV files.</summary>
public sealed class PythonListTests
{
    [Theory]
    [InlineData("['x', 'y']", "x|y")]
    [InlineData("[\"x\", 'y']", "x|y")]
    [InlineData("[ 'x' ,'y' , ]", "x|y")]
    [InlineData("['x']", "x")]
    [InlineData("[]", "")]
    [InlineData("('x', 'y')", "x|y")]
    [InlineData("('x',)", "x")]
    [InlineData("()", "")]
    [InlineData("{'x', 'y'}", "x|y")]
    [InlineData("set()", "")]
    [InlineData("['x' 'y']", "x|y")]
    [InlineData("['x'\n 'y']", "x|y")]
    [InlineData("[1, 2]", "1|2")]
    [InlineData("[1. 0.]", "1|0")]
    [InlineData("[True, False]", "true|false")]
    [InlineData("[u'x']", "x")]
    [InlineData("[\"it's\", 'say \"a\"']", "it's|say \"a\"")]
    [InlineData("['it\\'s', 'a\\\\b']", "it's|a\\b")]
    [InlineData("['caf\\xe9', '\\u00e8', '\\U0001F600', '\\101']", "caf\u00E9|\u00E8|\U0001F600|A")]
    [InlineData("['a, b', 'c]']", "a, b|c]")]
    public void A_list_as_Python_writes_it_is_read(string cell, string labels) =>
        Assert.Equal((labels.Length == 0 ? [] : labels.Split('|')).Order(), LabelsOf(cell).Order());

    [Theory]
    [InlineData("['x', 'y'")]
    [InlineData("['x' 'y', 'z']")]
    [InlineData("['x''y']")]
    [InlineData("('x')")]
    [InlineData("{}")]
    [InlineData("{'x': 1}")]
    [InlineData("['x', ...]")]
    [InlineData("[1.5]")]
    [InlineData("[1e3, 'x']")]
    [InlineData("[nan]")]
    [InlineData("[b'x']")]
    [InlineData("['\\ud800']")]
    [InlineData("['\\N{BULLET}']")]
    [InlineData("['x'] 'y'")]
    [InlineData("[x, y]")]
    [InlineData("['x',, 'y']")]
    [InlineData("[,]")]
    public void A_text_that_is_not_such_a_list_is_refused(string cell)
    {
        using var files = Sample(separator: null, cell);

        Assert.Equal(2, files.Refusal().Line);
    }

    [Theory]
    [InlineData("['x', 'y']")]
    [InlineData("[\"x\", \"y\"]")]
    [InlineData("['x']")]
    public void A_list_is_not_divided_by_a_separator(string cell)
    {
        using var files = Sample(separator: ", ", cell);

        Assert.Equal(
            (2, "labels", "is a list, as JSON or Python writes it, and not labels with ', ' between them; leave out "
                + "'labelSeparator' to read it as a list"),
            (files.Refusal().Line, files.Refusal().Column, files.Refusal().Message));
    }

    [Fact]
    public void A_label_in_brackets_may_have_a_separator()
    {
        using var files = Sample(separator: ";", "[x];(y)");

        Assert.Equal(["(y)", "[x]", "other"], files.Read().Labels);
    }

    [Fact]
    public void A_long_list_takes_a_time_in_proportion_to_its_length()
    {
        using var files = Sample(separator: null, $"[{string.Join(", ", Enumerable.Repeat("'\\\\x'", 9000))}]");
        Assert.Equal(["\\x", "other"], files.Read().Labels.Order(StringComparer.Ordinal));

        using var open = Sample(separator: null, "['" + new string('\\', 1_000_000) + "]");
        Assert.Equal(2, open.Refusal().Line);
    }

    private static List<string> LabelsOf(string cell)
    {
        using var files = Sample(separator: null, cell);
        files.Definition = files.Definition with
        {
            Labels = ["x", "y", "z", "1", "2", "0", "true", "false", "it's", "say \"a\"", "a\\b", "caf\u00E9", "\u00E8",
                "\U0001F600", "A", "a, b", "c]", "other"],
        };
        var dataset = files.Read();
        return [.. dataset.Examples(Guid.Empty, CancellationToken.None).First().Labels
            .Select(label => dataset.Labels[label])];
    }

    private static SampleFiles Sample(string? separator, string cell)
    {
        var files = new SampleFiles();
        files.Definition = files.Definition with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping { Text = "text", Labels = "labels" },
            LabelSeparator = separator,
        };
        var other = separator is null ? "\"['other']\"" : "other";
        return files.With(
            "train", $"text,labels\none,\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\ntwo,{other}\n")
            .With("test", $"text,labels\nthree,{other}\n");
    }
}
