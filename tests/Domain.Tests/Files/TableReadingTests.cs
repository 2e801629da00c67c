using PieService.Domain.Datasets;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

public sealed class TableReadingTests : IDisposable
{
    private const string Test = "label,text\na,x\nb,y\n";

    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_quoted_field_may_contain_commas_quotes_and_line_breaks_and_later_lines_are_counted_correctly(
        string end)
    {
        files.With("train", string.Join(end, "label,text", "a,\"one, \"\"two\"\"", "three\"", "", "b,four", "a,five"))
            .With("test", "label,text\na,x\nb,y\n");

        Assert.Equal(
            [$"train:2|one, \"two\"{end}three", "train:5|four", "train:6|five", "test:2|x", "test:3|y"],
            files.Examples().Select(example => $"{example.SourceId}|{example.Text}"));
    }

    [Theory]
    [InlineData("a,say \"hi\" now", 2, "text")]
    [InlineData("a,\"one\" two", 2, "text")]
    [InlineData("a,one\nb,\"two\na,three\n", 3, "text")]
    [InlineData("a,one\n\"b\"x,two", 3, "label")]
    public void A_quote_in_the_wrong_place_is_an_error(string rows, int line, string column)
    {
        var refusal = files.With("train", "label,text\n" + rows).With("test", "label,text\na,x\n").Refusal();

        Assert.Equal(("train", line, column), (refusal.File, refusal.Line, refusal.Column));
    }

    [Fact]
    public void Only_tabs_separate_the_columns_of_a_tsv_file()
    {
        files.As(DatasetFormat.Tsv).With("train", "text\tlabel\r\n\"Two, \"three\ta\r\n  é 漢字 🥧 \tb")
            .With("test", "label\ttext\na\tone\r\n\r\nb\ttwo\n");

        Assert.Equal(["\"Two, \"three", "  é 漢字 🥧 ", "one", "two"], files.Examples().Select(example => example.Text));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, "a,one,two")]
    [InlineData(DatasetFormat.Csv, "a")]
    [InlineData(DatasetFormat.Tsv, "a\tone\ttwo")]
    public void A_row_with_another_number_of_columns_than_the_header_is_refused(DatasetFormat format, string row)
    {
        var header = format == DatasetFormat.Csv ? "label,text" : "label\ttext";
        var refusal = files.As(format).With("train", $"{header}\n{row}\n").With("test", header).Refusal();

        Assert.Equal(("train", 2L), (refusal.File, refusal.Line));
    }

    [Theory]
    [InlineData("a,\"one\nb,two\nb,three", "has a quote that is not closed, so that the field has all lines")]
    [InlineData("a,\"one\nb,\"two\"\nb,three", "has a quote in the wrong place. A field with quotes begins")]
    [InlineData("a,6\" nails\nb,two", "has a quote in the wrong place. A field with quotes begins and ends")]
    public void A_quote_that_is_not_closed_is_reported_with_the_line_of_its_field(string rows, string message)
    {
        var refusal = files.With("train", $"label,text\n{rows}\n").With("test", "label,text\n").Refusal();

        Assert.Equal(("train", 2L, "text"), (refusal.File, refusal.Line, refusal.Column));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_column_is_reported_with_the_existing_ones()
    {
        var refusal = files.With("train", "labels,text\na,one\n").With("test", "label,text\na,one\n").Refusal();

        Assert.Equal(
            (1, "label", "the header has no column 'label'; it has 'labels', 'text'"),
            (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void A_column_by_its_number_is_refused_with_the_field_for_tables_without_a_header_row()
    {
        files.Definition = files.Definition with { Columns = new ColumnMapping { Text = "2", Label = "1" } };

        Assert.Equal(
            "the header has no column '2'; it has 'a', 'one'; if the file has no header row, set 'header' to false",
            files.With("train", "a,one\nb,two\n").With("test", "a,one\n").Refusal().Message);
    }

    [Fact]
    public void A_column_that_occurs_twice_cannot_be_mapped() =>
        Assert.Equal("text", files.With("train", "label,text,text\n").With("test", "").Refusal().Column);

    [Fact]
    public void An_empty_file_lacks_its_header() =>
        Assert.Equal(("train", 1L), (files.With("train", "").With("test", "").Refusal().File, files.Refusal().Line));

    [Theory]
    [InlineData("a, ", "text", "the text is empty")]
    [InlineData(
        ",one", "label", "the label is empty; to drop the examples without a label, set 'dropLabels' to [\"\"]")]
    [InlineData(
        " a,one", "label",
        "the label '<U+0020>a' has white space (U+0020) at its beginning; remove it, since a label has 1 to 200 "
        + "characters, no white space or invisible characters at its ends and no control characters")]
    public void An_empty_text_or_label_is_refused(string row, string column, string message)
    {
        var refusal = files.With("train", $"label,text\nb,zero\n{row}\n").With("test", "label,text\n").Refusal();

        Assert.Equal((3, column, message), (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void One_text_of_a_pair_may_be_empty()
    {
        files.Definition =
            files.Definition with { Columns = new ColumnMapping { Text = "a", SecondText = "b", Label = "label" } };
        files.With("train", "label,a,b\nx,,two\ny,one,\n").With("test", "label,a,b\nx,1,2\n");

        Assert.Equal(
            [("", "two"), ("one", ""), ("1", "2")],
            files.Examples().Select(example => (example.Text, example.SecondText)));
    }

    [Fact]
    public void An_id_column_names_the_examples()
    {
        files.Definition = files.Definition with { Columns = files.Definition.Columns! with { Id = "key" } };
        files.With("train", "key,label,text\nk1,a,one\nk2,b,two\n").With("test", "key,label,text\nk3,a,three\n");

        Assert.Equal(["k1", "k2", "k3"], files.Examples().Select(example => example.SourceId));
    }

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("|")]
    public void The_definition_states_the_delimiter_of_csv(string delimiter)
    {
        files.Definition = files.Definition with { Delimiter = delimiter };
        const string train = "label,text\na,\"one, \"\"two\"\"; 3|4\tfive\"\nb,six\n";
        files.With("train", train.Replace(",", delimiter, StringComparison.Ordinal))
            .With("test", Test.Replace(",", delimiter, StringComparison.Ordinal));

        Assert.Equal($"one{delimiter} \"two\"; 3|4\tfive", files.Examples()[0].Text);
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, "label;text\na;one\n", "set 'delimiter' to \";\"")]
    [InlineData(DatasetFormat.Csv, "\"label\"|\"text\"\na|one, two\n", "set 'delimiter' to \"|\"")]
    [InlineData(DatasetFormat.Csv, "label\ttext\na\tone\n", "set 'delimiter' to \"\\t\"")]
    [InlineData(DatasetFormat.Csv, "name;text\na;one\n", "set 'delimiter' to \";\"")]
    [InlineData(DatasetFormat.Tsv, "label,text\na,one\n", "set 'format' to csv and 'delimiter' to \",\"")]
    [InlineData(DatasetFormat.Csv, "sep=;\nlabel;text\n", "set 'delimiter' to \";\"")]
    public void Another_delimiter_in_the_file_is_named(DatasetFormat format, string content, string fix)
    {
        var refusal = files.As(format).With("train", content).With("test", Test).Refusal();

        Assert.Equal(1, refusal.Line);
        Assert.EndsWith(fix, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_in_which_Excel_states_the_delimiter_is_skipped()
    {
        files.Definition = files.Definition with { Delimiter = ";" };
        files.With("train", "\uFEFFsep=;\r\n\"label\";text\r\na;one\r\nb;two\r\n").With("test", "label;text\na;x\n");

        Assert.Equal(["train:3|one", "train:4|two"], Shown().Take(2));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, ",")]
    [InlineData(DatasetFormat.Tsv, "\t")]
    public void Without_a_header_row_columns_are_numbers(DatasetFormat format, string delimiter)
    {
        files.Definition = files.Definition with
        {
            Header = false,
            Columns = new ColumnMapping { Text = "3", Label = "1" },
        };
        files.As(format).With("train", Of("\uFEFFa,,one\nb,,two\nb,,two\n")).With("test", Of("a,,x\n"));

        Assert.Equal(["train:1|one", "train:2|two", "train:3|two", "test:1|x"], Shown());

        string Of(string rows) => rows.Replace(",", delimiter, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_number_beyond_the_first_row_is_refused()
    {
        files.Definition = files.Definition with
        {
            Header = false,
            Columns = new ColumnMapping { Text = "3", Label = "1" },
        };
        var refusal = files.With("train", "a,one\n").With("test", "a,x\n").Refusal();

        Assert.Equal(
            (1, "3", "the table has no column 3; its first row has 2 columns"),
            (refusal.Line, refusal.Column, refusal.Message));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, "label,text\na,one\nlabel,text\nb,two\n", 3)]
    [InlineData(DatasetFormat.Csv, "label,text\na,one\n\uFEFFlabel,text\nb,two\n", 3)]
    [InlineData(DatasetFormat.Tsv, "label\ttext\nlabel\ttext\n", 2)]
    public void A_repeated_header_row_is_refused(DatasetFormat format, string content, int line)
    {
        var refusal = files.As(format).With("train", content).With("test", Test).Refusal();

        Assert.Equal(line, refusal.Line);
        Assert.StartsWith("repeats the header row", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_end_in_a_quoted_field_of_tsv_is_refused()
    {
        var refusal = files.As(DatasetFormat.Tsv).With("train", "label\ttext\na\t\"one\ntwo\"\nb\tthree\n")
            .With("test", "label\ttext\na\tx\n").Refusal();

        Assert.Equal(3, refusal.Line);
        Assert.EndsWith("set 'format' to csv and 'delimiter' to \"\\t\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quotation_is_an_ordinary_text_of_tsv()
    {
        files.As(DatasetFormat.Tsv).With("train", "label\ttext\na\t\"one\"\nb\tso \"two\"\nb\t\"3 \"\"\"\n")
            .With("test", "label\ttext\na\tx\n");

        Assert.Equal(["\"one\"", "so \"two\"", "\"3 \"\"\"", "x"], files.Examples().Select(example => example.Text));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv)]
    [InlineData(DatasetFormat.Tsv)]
    public void A_file_may_have_the_line_ends_of_old_Macs(DatasetFormat format)
    {
        var delimiter = format == DatasetFormat.Csv ? "," : "\t";
        files.As(format).With("train", $"label{delimiter}text\ra{delimiter}one\rb{delimiter}two\r")
            .With("test", $"label{delimiter}text\ra{delimiter}x");

        Assert.Equal(["train:2|one", "train:3|two", "test:2|x"], Shown());
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, ",")]
    [InlineData(DatasetFormat.Tsv, "\t")]
    public void Blank_lines_are_skipped_and_counted(DatasetFormat format, string delimiter)
    {
        files.As(format)
            .With("train", $"\nlabel{delimiter}text\n\na{delimiter}one\n  \nb{delimiter}two\n\n \n\n")
            .With("test", $"label{delimiter}text\na{delimiter}x\n\n");

        Assert.Equal(["train:4|one", "train:6|two", "test:2|x"], Shown());
    }

    [Fact]
    public void A_delimiter_at_the_end_of_each_row_is_a_column_or_is_named()
    {
        using var both = new SampleFiles().With("train", "label,text,\na,one,\nb,two,\n").With("test", Test);
        Assert.Equal("one", both.Examples()[0].Text);

        Assert.EndsWith(
            "the row ends with a delimiter, and the header does not",
            files.With("train", "label,text\na,one,\n").With("test", Test).Refusal().Message, StringComparison.Ordinal);
    }

    private IEnumerable<string> Shown() => files.Examples().Select(example => $"{example.SourceId}|{example.Text}");
}
