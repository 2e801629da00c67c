using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class DatasetWarningsTests
{
    [Fact]
    public void A_dataset_without_doubt_has_no_warnings() => Assert.Empty(DatasetWarnings.Of(Of([10, 10]), null));

    [Fact]
    public void An_older_dataset_with_the_same_content_is_named()
    {
        var older = Guid.CreateVersion7();

        var warning = Assert.Single(DatasetWarnings.Of(Of([10, 10]), older));

        Assert.Equal(WarningCode.SameContent, warning.Code);
        Assert.Contains($"{older}", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_with_fewer_than_ten_training_examples_are_named()
    {
        var warning = Assert.Single(DatasetWarnings.Of(Of([10, 9]), null));

        Assert.Equal(WarningCode.FewExamples, warning.Code);
        Assert.StartsWith("Labels with fewer than 10 training examples: 1 of 2 ('b').", warning.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_in_two_splits_are_counted()
    {
        var warning = Assert.Single(DatasetWarnings.Of(Of([10, 10], inTwoSplits: 500), null));

        Assert.Equal(WarningCode.TextsInTwoSplits, warning.Code);
        Assert.StartsWith("Texts that occur in more than one split: 500.", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_with_the_quotes_of_CSV_are_counted()
    {
        var warning = Assert.Single(DatasetWarnings.Of(Of([10, 10], quoted: 114), null));

        Assert.Equal(WarningCode.QuotedTexts, warning.Code);
        Assert.Contains(": 114. ", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Texts_of_one_token_raise_the_question_of_the_column(int median, bool isDoubtful) =>
        Assert.Equal(
            isDoubtful ? [WarningCode.ShortTexts] : [],
            DatasetWarnings.Of(Of([10, 10], median: median), null).Select(warning => warning.Code));

    /// <summary>
    /// Lengths 1 to 200: 40 % are longer than 120 tokens, which is not more than 40 %; one text less fits into 119.
    /// </summary>
    [Theory]
    [InlineData(120, 39)]
    [InlineData(119, 40)]
    [InlineData(199, 0)]
    [InlineData(200, 0)]
    [InlineData(1, 99)]
    public void The_share_of_the_texts_beyond_a_length_is_bounded_from_below(int length, int percent)
    {
        var lengths = new LengthCounts();
        for (var tokens = 1; tokens <= 200; tokens++) lengths.Add(tokens);

        var split = new SplitSummary(Split.Train, 200, [], lengths.Summarise(), lengths.Percentiles());

        Assert.Equal(percent, split.PercentBeyond(length));
    }

    private static Dataset Of(int[] perLabel, int inTwoSplits = 0, int median = 10, int quoted = 0) => new()
    {
        Name = "d",
        Labels = ["a", "b"],
        ContentHash = "sha256:d",
        Quality = new(0, 0, inTwoSplits, 0, 0, quoted),
        Splits =
        [
            new(Split.Train, perLabel.Sum(), perLabel, new TokenLengths(median, median, 15, 20), []),
            new(Split.Test, 20, [1, 1], new TokenLengths(10, 10, 15, 20), []),
        ],
    };
}
