using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class DatasetRulesTests
{
    private static readonly DatasetDefinition Good = new()
    {
        Name = "snli",
        Task = LearningTask.SingleLabel,
        Format = DatasetFormat.Tsv,
        Columns = new ColumnMapping { Text = "premise", SecondText = "hypothesis", Label = "gold_label" },
        Labels = ["entailment", "neutral", "contradiction"],
    };

    [Fact]
    public void A_good_definition_has_no_errors()
    {
        Assert.Empty(DatasetRules.Check(Good, ["train", "test"]));
        Assert.Empty(DatasetRules.Check(Good with
        {
            Labels = null,
            Split = new SplitFractions { Test = 0.2m },
        }, ["file"]));
    }

    [Theory]
    [InlineData(DatasetFormat.Csv, ";", null)]
    [InlineData(DatasetFormat.Csv, "\t", null)]
    [InlineData(DatasetFormat.Csv, "", "must be one of \",\", \";\", \"\\t\", \"|\"")]
    [InlineData(DatasetFormat.Csv, ":", "must be one of \",\", \";\", \"\\t\", \"|\"")]
    [InlineData(DatasetFormat.Tsv, "\t", "is for csv; the delimiter of tsv is a tab, so omit it")]
    [InlineData(DatasetFormat.Jsonl, ",", "is for csv; omit it")]
    public void A_delimiter_is_for_csv(DatasetFormat format, string delimiter, string? message) => Assert.Equal(
        message is null ? [] : [new FieldError("delimiter", message)],
        DatasetRules.Check(Good with { Format = format, Delimiter = delimiter }, ["train", "test"]));

    [Fact]
    public void Without_a_header_row_columns_are_numbers()
    {
        var numbers = new ColumnMapping { Text = "3", SecondText = "1", Label = "12" };
        var headless = Good with { Header = false, Columns = numbers };

        Assert.Empty(DatasetRules.Check(headless, ["train", "test"]));
        Assert.Equal(["header"], Fields(headless with { Format = DatasetFormat.Jsonl }));
        Assert.Equal(
            ["columns.text", "columns.secondText", "columns.label"],
            Fields(headless with { Columns = new ColumnMapping { Text = "0", SecondText = "01", Label = "text" } }));

        static IEnumerable<string> Fields(DatasetDefinition definition) =>
            DatasetRules.Check(definition, ["train", "test"]).Select(error => error.Field);
    }

    [Fact]
    public void All_missing_fields_are_reported_at_once() => Assert.Equal(
        ["name", "task", "format", "columns"],
        DatasetRules.Check(new DatasetDefinition(), ["train", "test"]).Select(error => error.Field));

    [Theory]
    [InlineData(DatasetFormat.Snli, LearningTask.SingleLabel, "file")]
    [InlineData(DatasetFormat.Snli, LearningTask.SingleLabel, "train test")]
    [InlineData(DatasetFormat.Imdb, LearningTask.SingleLabel, "file")]
    [InlineData(DatasetFormat.Reuters21578, LearningTask.MultiLabel, "file")]
    [InlineData(DatasetFormat.Aapd, LearningTask.MultiLabel, "train test labelIndex")]
    [InlineData(
        DatasetFormat.Aapd, LearningTask.MultiLabel, "train trainLabels validation validationLabels test testLabels")]
    [InlineData(DatasetFormat.Trec, LearningTask.SingleLabel, "train test")]
    public void The_definition_of_a_published_dataset_needs_only_name_task_and_format(
        DatasetFormat format, LearningTask task, string parts)
    {
        var published = new DatasetDefinition { Name = "published", Task = task, Format = format };

        Assert.Empty(DatasetRules.Check(published, Words(parts)));
        Assert.Equal(
            ["task", "columns", "labelSeparator", "minimumDocuments"],
            DatasetRules.Check(
                published with
                {
                    Task = task == LearningTask.SingleLabel ? LearningTask.MultiLabel : LearningTask.SingleLabel,
                    Columns = new ColumnMapping { Text = "text" },
                    LabelSeparator = ";",
                    MinimumDocuments = 0,
                },
                Words(parts)).Select(error => error.Field));
    }

    [Theory]
    [InlineData(DatasetFormat.Imdb, "train test", "train test")]
    [InlineData(DatasetFormat.Trec, "train trainLabels test", "trainLabels testLabels")]
    [InlineData(DatasetFormat.Aapd, "train trainLabels test", "testLabels")]
    [InlineData(DatasetFormat.Aapd, "train trainLabels test testLabels validationLabels", "validation")]
    [InlineData(DatasetFormat.Snli, "train test labelIndex", "labelIndex")]
    public void Parts_and_fields_of_another_format_are_refused_by_name(
        DatasetFormat format, string parts, string fields) => Assert.Equal(
        Words(fields),
        DatasetRules.Check(new DatasetDefinition
        {
            Name = "d",
            Task = format == DatasetFormat.Aapd ? LearningTask.MultiLabel : LearningTask.SingleLabel,
            Format = format,
        }, Words(parts))
            .Select(error => error.Field));

    /// <summary>The list is derived from all formats, so the message stays correct if a format is added.</summary>
    [Theory]
    [InlineData("minimumDocuments", "train test", "; leave it out")]
    [InlineData("trainLabels", "train trainLabels test testLabels",
        "; the labels of other formats are in the files of their texts")]
    [InlineData("labelIndex", "train test labelIndex", "; for other formats the definition's labels fix the order")]
    public void A_part_or_field_that_a_format_does_not_use_is_refused_with_the_formats_that_use_it(
        string field, string parts, string rest)
    {
        var refused = Enum.GetValues<DatasetFormat>().ToDictionary(
            format => format,
            format => DatasetRules.Check(Good with
            {
                Format = format,
                MinimumDocuments = 1,
            }, Words(parts)).FirstOrDefault(error => error.Field == field)?.Message);

        var taken = refused.Where(format => format.Value is null).Select(format => Wire.Name(format.Key)).ToList();
        Assert.NotEmpty(taken);
        Assert.Equal([$"is for {string.Join(", ", taken)}{rest}"], refused.Values.OfType<string>().Distinct());
    }

    [Theory]
    [InlineData(DatasetFormat.Tsv, "train test", null, 0.1, "")]
    [InlineData(DatasetFormat.Imdb, "file", null, 0.1, "")]
    [InlineData(DatasetFormat.Imdb, "file", 0.1, 0.1, "split.test")]
    [InlineData(DatasetFormat.Imdb, "file", null, 0, "split.validation")]
    [InlineData(DatasetFormat.Snli, "file", null, 0.1, "split")]
    [InlineData(DatasetFormat.Snli, "train test", null, 0.1, "")]
    [InlineData(DatasetFormat.Trec, "file", 0.1, 0, "")]
    [InlineData(DatasetFormat.Trec, "train validation test", null, 0.1, "split")]
    public void If_the_files_have_a_test_split_a_share_of_train_may_become_the_validation_split(
        DatasetFormat format, string parts, double? test, double validation, string fields) => Assert.Equal(
        Words(fields),
        DatasetRules.Check(
            Good with
            {
                Format = format,
                Columns = format == DatasetFormat.Tsv ? Good.Columns : null,
                Split = new SplitFractions { Test = (decimal?)test, Validation = (decimal)validation },
            },
            Words(parts)).Select(error => error.Field));

    [Fact]
    public void Each_task_has_its_own_column_of_labels()
    {
        var multiLabel = Good with
        {
            Task = LearningTask.MultiLabel,
            Columns = new ColumnMapping { Text = "text", Labels = "topics" },
            LabelSeparator = "; ",
            Labels = ["wheat"],
        };
        Assert.Empty(DatasetRules.Check(multiLabel, ["train", "test"]));

        Assert.Equal(["columns.labels", "columns.label"], Fields(multiLabel with
        {
            Columns = new ColumnMapping { Text = "text", Label = "topic" },
        }));
        Assert.Equal(["columns.label", "columns.labels", "labelSeparator"], Fields(multiLabel with
        {
            Task = LearningTask.SingleLabel,
            Labels = null,
        }));
        Assert.Equal("labelSeparator", Only(multiLabel with { LabelSeparator = "" }).Field);
        Assert.Equal("labelSeparator", Only(multiLabel with { LabelSeparator = "\0" }).Field);
        Assert.Equal("labels", Only(multiLabel with { Labels = [] }).Field);

        static IEnumerable<string> Fields(DatasetDefinition definition) =>
            DatasetRules.Check(definition, ["train", "test"]).Select(error => error.Field);
    }

    [Fact]
    public void There_are_at_least_two_labels_and_each_is_different()
    {
        Assert.Equal("labels", Only(Good with { Labels = ["yes"] }).Field);
        Assert.Equal("labels[2]", Only(Good with { Labels = ["yes", "no", "yes"] }).Field);
        Assert.Equal("labels[1]", Only(Good with { Labels = ["yes", null!, "no"] }).Field);
        var labels = Enumerable.Range(0, DatasetLimits.MaxLabels + 1).Select(i => $"{i}").ToList();
        Assert.Equal("labels", Only(Good with { Labels = labels }).Field);
    }

    [Fact]
    public void A_column_can_be_mapped_only_once() =>
        Assert.Equal("columns.label", Only(Good with { Columns = Good.Columns! with { Label = "premise" } }).Field);

    [Theory]
    [InlineData(0, 0, "split.test")]
    [InlineData(0, 1.5, "split.test")]
    [InlineData(0, 1e9, "split.test")]
    [InlineData(2.5, 10, "split.validation")]
    [InlineData(-0.1, 0.5, "split.validation")]
    [InlineData(0.5, 0.5, "split")]
    public void The_fractions_must_leave_examples_for_every_split(double validation, double test, string field) =>
        Assert.Equal(field, Assert.Single(DatasetRules.Check(
            Good with
            {
                Split = new SplitFractions { Validation = (decimal)validation, Test = (decimal)test },
            }, ["file"])).Field);

    [Theory]
    [InlineData("", "file")]
    [InlineData("train", "test")]
    [InlineData("validation", "train test")]
    [InlineData("file train", "file")]
    [InlineData("train validation test", "")]
    [InlineData("file", "")]
    public void The_parts_must_be_a_single_file_or_a_file_for_each_split(string parts, string missing) =>
        Assert.Equal(Words(missing), DatasetRules.CheckParts(Words(parts)).Select(error => error.Field));

    [Fact]
    public void Fractions_are_required_for_a_single_file_and_refused_otherwise()
    {
        Assert.Equal("split", Assert.Single(DatasetRules.Check(Good, ["file"])).Field);
        Assert.Equal(
            "split.test", Only(Good with { Split = new SplitFractions { Test = 0.2m, Validation = 0.1m } }).Field);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static FieldError Only(DatasetDefinition definition) =>
        Assert.Single(DatasetRules.Check(definition, ["train", "test"]));
}
