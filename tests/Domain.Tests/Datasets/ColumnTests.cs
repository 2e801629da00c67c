using ParquetSharp;
using ParquetSharp.IO;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

/// <summary>Texts and labels that are spread over several columns, and splits in a column.</summary>
public sealed class ColumnTests : IDisposable
{
    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(DatasetFormat.Csv, "text,toxic,insult\na,1,0\nb,0,True\nc,0.0,FALSE\nd,1.0,1\n")]
    [InlineData(DatasetFormat.Tsv, "text\ttoxic\tinsult\na\t1\t0\nb\t0\t1\nc\t0\t0\nd\t1\t1\n")]
    [InlineData(
        DatasetFormat.Jsonl,
        "{\"text\":\"a\",\"toxic\":1,\"insult\":0}\n{\"text\":\"b\",\"toxic\":false,\"insult\":true}\n"
        + "{\"text\":\"c\",\"toxic\":0.0,\"insult\":\"0\"}\n{\"text\":\"d\",\"toxic\":1.0,\"insult\":\"true\"}\n")]
    public void A_column_for_each_label_states_whether_an_example_has_it(DatasetFormat format, string content)
    {
        ToxicComments().As(format).With("train", content).With("test", content);

        AssertToxicComments();
    }

    [Fact]
    public void A_Parquet_column_for_each_label_has_booleans_or_numbers()
    {
        var file = Parquet(
            ("text", new string?[] { "a", "b", "c", "d" }), ("toxic", new double?[] { 1, 0, 0, 1 }),
            ("insult", new[] { false, true, false, true }));
        ToxicComments().As(DatasetFormat.Parquet).With("train", file).With("test", file);

        AssertToxicComments();
    }

    [Theory]
    [InlineData("", "has no value; a column of a label has 1 or true")]
    [InlineData("2", "has '2'; a column of a label has 1 or true if an example has the label")]
    [InlineData("-1", "To drop the examples with another value, set 'dropLabels', such as [\"-1\"]")]
    [InlineData("yes", "has 'yes'")]
    public void Another_value_in_the_column_of_a_label_is_refused(string cell, string message)
    {
        var refusal = ToxicComments().With("train", $"text,toxic,insult\na,1,0\nb,0,{cell}\n").With("test", "")
            .Refusal();

        Assert.Equal((3, "insult"), (refusal.Line, refusal.Column));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_value_in_the_column_of_a_label_can_be_dropped()
    {
        ToxicComments();
        files.Definition = files.Definition with { DropLabels = ["-1", ""] };
        files.With("train", "text,toxic,insult\na,1,0\nb,-1,-1\nc,0,\nd,0,0\n")
            .With("test", "text,toxic,insult\ne,0,1\n");

        Assert.Equal(["a", "d", "e"], files.Examples().Select(example => example.Text));
        Assert.Equal(["label:-1", "noLabel"], files.Read().Dropped.Keys.Order());
    }

    [Fact]
    public void The_columns_of_labels_can_have_names_which_order_them()
    {
        ToxicComments();
        files.Definition = files.Definition with
        {
            LabelNames = LabelNames.OfCodes([new("insult", "Insult"), new("toxic", "Toxic")]),
        };
        files.With("train", "text,toxic,insult\na,1,0\n").With("test", "text,toxic,insult\ne,0,1\n");

        Assert.Equal(["Insult", "Toxic"], files.Read().Labels);
        Assert.Equal([[1], [0]], files.Examples().Select(example => example.Labels));
    }

    [Fact]
    public void A_list_of_one_column_is_a_column_of_a_label()
    {
        ToxicComments("toxic");
        files.With("train", "text,toxic\na,1\nb,0\n").With("test", "text,toxic\nc,0\n");

        Assert.Equal(["toxic"], files.Read().Labels);
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, "label,title,body\na,One,two\nb,,three\n")]
    [InlineData(
        DatasetFormat.Jsonl,
        "{\"label\":\"a\",\"title\":\"One\",\"body\":\"two\"}\n{\"label\":\"b\",\"title\":null,\"body\":\"three\"}\n")]
    public void Several_columns_are_one_text(DatasetFormat format, string content)
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping
            {
                Text = ColumnList.Of("title", "body"),
                TextSeparator = ". ",
                Label = "label",
            },
        };
        files.As(format).With("train", content).With("test", content);

        Assert.Equal(["One. two", "three"], files.Examples().Take(2).Select(example => example.Text));
    }

    [Fact]
    public void Several_Parquet_columns_are_one_text_with_a_space_by_default()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = ColumnList.Of("title", "body"), Label = "label" },
        };
        var file = Parquet(
            ("title", new string?[] { "One", null }), ("body", new string?[] { "two", "three" }),
            ("label", new double?[] { 10, 2 }));
        files.As(DatasetFormat.Parquet).With("train", file).With("test", file);

        Assert.Equal(["One two", "three"], files.Examples().Take(2).Select(example => example.Text));
        Assert.Equal(["2", "10"], files.Read().Labels);
    }

    [Fact]
    public void An_example_whose_text_columns_are_all_empty_is_refused()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = ColumnList.Of("title", "body"), Label = "label" },
        };
        var refusal = files.With("train", "label,title,body\na,One,two\nb,, \n").With("test", "").Refusal();

        Assert.Equal((3, "title", "the text is empty"), (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void A_column_has_the_splits_of_a_single_file()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = "text", Label = "label", Split = "split" },
        };
        files.With(
            "file",
            "split,label,text\ntrain,a,1\nTest,b,2\nvalid,a,3\nTRAIN,b,4\nval,a,5\ndev,b,6\nvalidation,a,7\n");

        Assert.Equal(
            [(Split.Train, 2), (Split.Validation, 4), (Split.Test, 1)],
            files.Read().Splits.Select(split => (split.Split, split.Examples)));
        Assert.Empty(DatasetRules.Check(files.Definition, ["file"]));
    }

    [Fact]
    public void A_validation_split_is_taken_from_train_if_the_column_has_none()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = "text", Label = "label", Split = "split" },
            Split = new SplitFractions { Validation = 0.5m },
        };
        const string rows = "split,label,text\ntrain,a,1\ntrain,a,2\ntrain,b,3\ntrain,b,4\ntest,b,5\n";
        files.With("file", rows);
        Assert.Equal([2, 2, 1], files.Read().Splits.Select(split => split.Examples));

        using var both = new SampleFiles { Definition = files.Definition };
        var refusal = both.With("file", rows + "dev,a,6\n").Refusal();
        Assert.Equal((7, "split"), (refusal.Line, refusal.Column));
        Assert.Contains("leave out 'split'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("split,label,text\ntrain,a,1\nunsupervised,b,2\n", 3, "has 'unsupervised', which is not a split")]
    [InlineData("split,label,text\ntrain,a,1\n,b,2\n", 3, "has '', which is not a split")]
    [InlineData("split,label,text\ntrain,a,1\ntrain,b,2\n", null, "has no example for test")]
    public void Splits_that_are_unknown_or_missing_are_refused(string content, int? line, string message)
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = "text", Label = "label", Split = "split" },
        };
        var refusal = files.With("file", content).Refusal();

        Assert.Equal(line, refusal.Line);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A dictionary has a text once, however often it is repeated.</summary>
    [Fact]
    public void Blank_texts_of_Parquet_count_towards_the_limits_although_they_are_left_out()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = ColumnList.Of("title", "body"), Label = "label" },
        };
        AssertTooLong(
            characters: 1_000_000,
            Parquet(
                ("title", Enumerable.Repeat(new string(' ', 1000), 2000).ToArray()),
                ("body", Enumerable.Repeat("x", 2000).ToArray()), ("label", Enumerable.Repeat("0", 2000).ToArray())));
    }

    /// <summary>Any number of cells that are the same, or have no value, take a few bytes.</summary>
    [Theory]
    [InlineData(null, 50_000)]
    [InlineData("split", 100_000)]
    public void Cells_of_Parquet_count_towards_the_limits_without_a_text_or_label(string? split, int characters)
    {
        ToxicComments("toxic");
        files.Definition = files.Definition with
        {
            Columns = files.Definition.Columns! with { Split = split },
            DropLabels = [""],
        };
        AssertTooLong(
            characters,
            Parquet(
                ("text", Enumerable.Repeat("x", 20_000).ToArray()), ("toxic", new double?[20_000]),
                ("split", Enumerable.Repeat("train", 20_000).ToArray())));
    }

    private void AssertTooLong(int characters, byte[] file)
    {
        Assert.InRange(file.Length, 0, 10_000);
        files.Limits = files.Limits with { FileBytes = characters };

        var refusal = files.As(DatasetFormat.Parquet).With("file", file).Refusal();

        Assert.StartsWith(
            $"the file has more than {characters} characters up to here", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "text": [], "label": "l" }""", "file", "columns.text")]
    [InlineData("""{ "text": ["a", "a"], "label": "l" }""", "file", "columns.text[1]")]
    [InlineData("""{ "text": ["a", ""], "label": "l" }""", "file", "columns.text[1]")]
    [InlineData("""{ "text": "a", "textSeparator": ";", "label": "l" }""", "file", "columns.textSeparator")]
    [InlineData("""{ "text": ["a", "b"], "textSeparator": "\u0001", "label": "l" }""", "file", "columns.textSeparator")]
    [InlineData("""{ "text": "a", "label": "l", "split": "a" }""", "file", "columns.split")]
    [InlineData("""{ "text": "a", "label": "l", "split": "s" }""", "train test", "columns.split")]
    public void Columns_that_contradict_one_another_are_refused(string columns, string parts, string field) =>
        Assert.Equal(field, Assert.Single(DatasetRules.Check(
            files.Definition with
            {
                Columns = Json.Read<ColumnMapping>(columns),
                Split = parts == "file" && !columns.Contains("\"split\"", StringComparison.Ordinal)
                    ? new SplitFractions { Test = 1 } : null,
            }, parts.Split(' '))).Field);

    [Fact]
    public void A_list_of_label_columns_fixes_labels_and_needs_no_separator()
    {
        ToxicComments();

        Assert.Empty(DatasetRules.Check(files.Definition, ["train", "test"]));
        Assert.Equal(
            ["labelSeparator", "labels"],
            DatasetRules.Check(
                files.Definition with { LabelSeparator = ";", Labels = ["toxic"] }, ["train", "test"])
                .Select(error => error.Field));
        Assert.Equal(
            ["labelNames.obscene", "labelNames"],
            DatasetRules.Check(
                files.Definition with
                {
                    LabelNames = LabelNames.OfCodes([new("toxic", "t"), new("obscene", "o")]),
                }, ["train", "test"]).Select(error => error.Field));
    }

    [Fact]
    public void A_label_with_a_column_cannot_be_dropped()
    {
        ToxicComments();
        files.Definition = files.Definition with { DropLabels = ["", "insult"] };

        var error = Assert.Single(DatasetRules.Check(files.Definition, ["train", "test"]));
        Assert.Equal(
            ("dropLabels[1]", "is among columns.labels; its examples are either kept or dropped"),
            (error.Field, error.Message));
    }

    private SampleFiles ToxicComments(params string[] columns)
    {
        files.Definition = files.Definition with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping
            {
                Text = "text",
                Labels = ColumnList.Of(columns.Length == 0 ? ["toxic", "insult"] : columns),
            },
        };
        return files;
    }

    private void AssertToxicComments()
    {
        Assert.Equal(["toxic", "insult"], files.Read().Labels);
        Assert.Equal([[0], [1], [], [0, 1]], files.Examples().Take(4).Select(example => example.Labels));
    }

    private static byte[] Parquet(params (string Name, Array Values)[] columns)
    {
        using var stream = new MemoryStream();
        using (var output = new ManagedOutputStream(stream, leaveOpen: true))
        using (var file = new ParquetFileWriter(
            output, [.. columns.Select(column => new Column(column.Values.GetType().GetElementType()!, column.Name))]))
        {
            using var group = file.AppendRowGroup();
            foreach (var (_, values) in columns)
            {
                using var column = group.NextColumn().LogicalWriter();
                switch (values)
                {
                    case string?[] texts: ((LogicalColumnWriter<string?>)column).WriteBatch(texts); break;
                    case double?[] numbers: ((LogicalColumnWriter<double?>)column).WriteBatch(numbers); break;
                    case bool[] flags: ((LogicalColumnWriter<bool>)column).WriteBatch(flags); break;
                }
            }
            file.Close();
        }
        return stream.ToArray();
    }
}
