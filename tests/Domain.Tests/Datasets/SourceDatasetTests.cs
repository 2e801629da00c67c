using System.Text;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public sealed class SourceDatasetTests : IDisposable
{
    private const string Train = "label,text\npos,Good film.\nneg,Bad film!\npos,\"Very, very good\"\n";
    private const string Test = "label,text\nneg,Awful\n";

    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Labels_are_sorted_by_name_if_the_definition_has_none()
    {
        var dataset = files.With("train", Train).With("test", Test).Read();

        Assert.Equal(["neg", "pos"], dataset.Labels);
        Assert.Equal([1, 2], dataset.Splits[0].PerLabel);
    }

    [Fact]
    public void Labels_of_the_definition_keep_their_order_and_other_labels_are_refused()
    {
        files.Definition = files.Definition with { Labels = ["pos", "neg"] };
        Assert.Equal([2, 1], files.With("train", Train).With("test", Test).Read().Splits[0].PerLabel);

        files.Definition = files.Definition with { Labels = ["pos", "neutral"] };
        var refusal = files.Refusal();
        Assert.Equal(("train", 3, "label"), (refusal.File, refusal.Line, refusal.Column));
        Assert.Equal("'neg' is not among the definition's labels: 'pos', 'neutral'", refusal.Message);
    }

    [Fact]
    public void Splits_are_listed_in_order_with_counts_and_lengths()
    {
        var splits = files.With("test", Test).With("train", Train).Read().Splits;

        Assert.Equal([(Split.Train, 3), (Split.Test, 1)], splits.Select(split => (split.Split, split.Examples)));
        Assert.Equal(new TokenLengths(10 / 3.0, 3, 4, 4), splits[0].Tokens);
    }

    [Fact]
    public void The_first_examples_of_each_split_are_read_without_the_rest_of_their_files()
    {
        var rows = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{(i % 2 == 0 ? "pos" : "neg")},text {i}\n"));
        var dataset = files.With("train", "label,text\n" + rows).With("test", "label,text\n" + rows).Read();
        var before = files.Meter.Bytes;

        var first = dataset.First(2, CancellationToken.None);

        Assert.InRange(files.Meter.Bytes - before, 1, rows.Length / 2);
        Assert.Equal(
            dataset.Examples(Guid.Empty, CancellationToken.None).Where(example => example.Position < 2)
                .Select(example => (example.Split, example.Id, example.SourceId, example.Text)),
            first.Select(example => (example.Split, example.Id, example.SourceId, example.Text)));
    }

    /// <summary>Computed once by another program, from the description of the format alone.</summary>
    [Fact]
    public void The_hash_is_pinned() => Assert.Equal(
        "sha256:541dce390a0bff04dc42606009a79a6d659f0eeecfe4acb9686271f4cdd9edd1",
        files.With("train", Train).With("test", Test).Read().ContentHash);

    [Fact]
    public void The_hash_covers_content_not_name_format_compression_order_of_parts_or_ids()
    {
        var hash = files.With("train", Train).With("test", Test).Read().ContentHash;

        using var other = new SampleFiles().As(DatasetFormat.Jsonl);
        other.Definition = other.Definition with
        {
            Name = "another",
            Labels = ["neg", "pos"],
            Columns = new ColumnMapping { Text = "t", Label = "l", Id = "i" },
        };
        other.With("test", """{"t":"Awful","l":"neg","i":9}""");
        other.With("train", SampleFiles.Gzip(Encoding.UTF8.GetBytes("""
            {"t":"Good film.","l":"pos","i":1}
            {"t":"Bad film!","l":"neg","i":2}
            {"t":"Very, very good","l":"pos","i":3}
            """)));

        Assert.Equal(hash, other.Read().ContentHash);
    }

    [Theory]
    [InlineData("label,text\nneg,Bad film!\npos,Good film.\npos,\"Very, very good\"\n", Test)]
    [InlineData("label,text\npos,Good film.\npos,Bad film!\nneg,\"Very, very good\"\n", Test)]
    [InlineData(Train, "label,text\nneg,Awful \n")]
    public void The_hash_covers_order_labels_and_texts(string train, string test)
    {
        using var other = new SampleFiles().With("train", train).With("test", test);

        Assert.NotEqual(files.With("train", Train).With("test", Test).Read().ContentHash, other.Read().ContentHash);
    }

    [Fact]
    public void The_hash_distinguishes_a_missing_second_text_from_an_empty_one()
    {
        using var alone = new SplitHash(Split.Test);
        using var pair = new SplitHash(Split.Test);
        alone.Add("a", null, 0);
        pair.Add("a", "", 0);

        Assert.NotEqual(
            ContentHash.Of(LearningTask.SingleLabel, ["a", "b"], [alone]),
            ContentHash.Of(LearningTask.SingleLabel, ["a", "b"], [pair]));
    }

    [Fact]
    public void A_single_file_is_divided_and_each_split_keeps_the_order_of_the_file()
    {
        files.Definition =
            files.Definition with { Split = new SplitFractions { Validation = 0.2m, Test = 0.3m, Seed = 1 } };
        files.With(
            "file",
            "label,text\n"
                + string.Concat(Enumerable.Range(0, 100).Select(i => $"{(i % 4 == 0 ? 'a' : 'b')},text {i}\n")));

        var examples = files.Examples();
        Assert.Equal([50, 20, 30], files.Read().Splits.Select(split => split.Examples));
        Assert.Equal(
            Enumerable.Range(2, 100).Select(line => $"file:{line}"), examples.Select(example => example.SourceId));
        foreach (var split in examples.GroupBy(example => example.Split))
            Assert.Equal(Enumerable.Range(0, split.Count()), split.Select(example => example.Position));
        Assert.Equal(
            Example.IdOf(Guid.Empty, Split.Test, 4),
            examples.Single(example => example is { Split: Split.Test, Position: 4 }).Id);
    }

    [Fact]
    public void A_split_without_examples_is_refused()
    {
        Assert.Equal(
            ("test", "has no example"),
            (files.With("train", Train).With("test", "label,text\n").Refusal().File, files.Refusal().Message));

        using var few = new SampleFiles();
        few.Definition = few.Definition with { Split = new SplitFractions { Validation = 0.01m, Test = 0.5m } };
        Assert.Contains(
            "validation", few.With("file", Train + "neg,Boring\n").Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_without_training_examples_is_refused()
    {
        var refusal = files.With("train", Train).With("test", Test + "Neg,Awful\n").Refusal();

        Assert.Equal(
            ("train", "train has no example of 'Neg'; every label needs at least one"),
            (refusal.File, refusal.Message));
    }

    [Fact]
    public void One_label_is_not_enough() =>
        Assert.Contains(
            "only label", files.With("train", Test).With("test", Test).Refusal().Message, StringComparison.Ordinal);

    [Fact]
    public void More_examples_than_the_limit_are_refused()
    {
        files.Limits = files.Limits with { Records = 3 };

        Assert.Equal(
            ("test", 2L), (files.With("train", Train).With("test", Test).Refusal().File, files.Refusal().Line));
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        var dataset = files.With("train", Train).With("test", Test).Read();
        using var hangUp = new CancellationTokenSource();
        using var examples = dataset.Examples(Guid.Empty, hangUp.Token).GetEnumerator();

        Assert.True(examples.MoveNext());
        hangUp.Cancel();
        Assert.Throws<OperationCanceledException>(() => examples.MoveNext());
    }
}
