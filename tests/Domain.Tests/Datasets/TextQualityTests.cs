using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public sealed class TextQualityTests : IDisposable
{
    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Repeated_texts_are_counted_by_their_splits_and_labels()
    {
        // one: three times, twice in train, with two labels. two: once. three: in all three splits. four: twice in
        // test.
        files.With("train", "label,text\na,one\nb,one\na,two\na,three\n")
            .With("validation", "label,text\na,three\n")
            .With("test", "label,text\nb,one\na,three\nb,four\nb,four\nb, two\n");

        Assert.Equal(
            new TextQuality(Duplicates: 2, EmptyTexts: 0, InTwoSplits: 2, ConflictingLabels: 1, WithoutLabel: 0),
            files.Read().Quality);
    }

    /// <summary>pandas quotes a field with quotes; tsv has no quoting, so the text keeps them.</summary>
    [Fact]
    public void Texts_with_the_quotes_of_CSV_are_counted_and_warned_of()
    {
        files.As(DatasetFormat.Tsv)
            .With("train", "label\ttext\na\t\"one \"\"two\"\" three\"\nb\t\"four\"\nb\tso \"five\"\nb\t\"3 \"\"\"\n")
            .With("test", "label\ttext\na\t\"\"\"six\"\"\"\n");

        var quality = files.Read().Quality;

        Assert.Equal(3, quality.Quoted);
    }

    [Fact]
    public void A_pair_counts_as_one_text()
    {
        files.Definition =
            files.Definition with { Columns = new ColumnMapping { Text = "x", SecondText = "y", Label = "label" } };
        files.With("train", "label,x,y\na,one,two\na,onet,wo\nb,two,one\na,,three\n")
            .With("test", "label,x,y\nb,one,two\na,three,\" \"\n");

        Assert.Equal(
            new TextQuality(Duplicates: 0, EmptyTexts: 2, InTwoSplits: 1, ConflictingLabels: 1, WithoutLabel: 0),
            files.Read().Quality);
    }

    [Fact]
    public void Labels_are_compared_as_sets()
    {
        files.Definition = files.Definition with
        {
            Task = LearningTask.MultiLabel,
            LabelSeparator = ";",
            Columns = new ColumnMapping { Text = "text", Labels = "l" },
        };
        files.With("train", "l,text\na;b,one\nb;a,one\n,two\na,two\na;b,three\nb,three\n")
            .With("test", "l,text\n,four\n");

        Assert.Equal(
            new TextQuality(Duplicates: 3, EmptyTexts: 0, InTwoSplits: 0, ConflictingLabels: 2, WithoutLabel: 2),
            files.Read().Quality);
    }

    [Fact]
    public void The_counts_of_two_thousand_examples_equal_those_of_a_direct_calculation()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 2000)
            .Select(_ =>
                (Text: $"text {random.Next(1000)}", Label: random.Next(2) == 0 ? "a" : "b", Split: random.Next(3)))
            .ToList();
        foreach (var (name, split) in new[] { ("train", 0), ("validation", 1), ("test", 2) })
            files.With(
                name,
                "label,text\n"
                    + string.Concat(rows.Where(row => row.Split == split).Select(row => $"{row.Label},{row.Text}\n")));

        var byText = rows.GroupBy(row => row.Text).ToList();
        Assert.Equal(
            new TextQuality(
                rows.Count - rows.Select(row => (row.Text, row.Split)).Distinct().Count(), 0,
                byText.Count(text => text.Select(row => row.Split).Distinct().Count() > 1),
                byText.Count(text => text.Select(row => row.Label).Distinct().Count() > 1), 0),
            files.Read().Quality);
    }
}
