using PieService.Domain.Datasets;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

public sealed class TableReadingTests : IDisposable
{
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

    [Fact]
    public void A_missing_column_is_reported_with_the_existing_ones()
    {
        var refusal = files.With("train", "labels,text\na,one\n").With("test", "label,text\na,one\n").Refusal();

        Assert.Equal(
            (1, "label", "the header has no column 'label'; it has 'labels', 'text'"),
            (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void A_column_that_occurs_twice_cannot_be_mapped() =>
        Assert.Equal("text", files.With("train", "label,text,text\n").With("test", "").Refusal().Column);

    [Fact]
    public void An_empty_file_lacks_its_header() =>
        Assert.Equal(("train", 1L), (files.With("train", "").With("test", "").Refusal().File, files.Refusal().Line));

    [Theory]
    [InlineData("a, ", "text", "the text is empty")]
    [InlineData(",one", "label", "the label is empty")]
    [InlineData(
        " a,one", "label",
        "a label has 1 to 200 characters, no white space at its ends and no control characters")]
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
}
