using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class ExampleBlockTests
{
    /// <summary>60 and 2,000 runs of single-label data, and 60 runs of 90 labels.</summary>
    [Theory]
    [InlineData(550_000, 60 * 2)]
    [InlineData(5_000_000, 2000 * 2)]
    [InlineData(10_000, 60 * 12)]
    [InlineData(1, 1)]
    public void No_block_has_more_bytes_than_the_budget_whatever_the_size_of_the_split(int examples, int bytes)
    {
        const int budget = 1 << 20;

        var blocks = ExampleBlock.Of(examples, bytes, budget).ToList();

        Assert.All(blocks, block => Assert.InRange((long)block.Count * bytes, 1, budget));
        // A block that is half empty would double the number of queries.
        Assert.InRange(blocks.Count, 1, ((long)examples * bytes / (budget - bytes)) + 1);
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(10, 5)]
    [InlineData(10, 10)]
    [InlineData(1, 100)]
    [InlineData(7, 1)]
    public void Each_example_is_in_one_block_in_order(int examples, int most) => Assert.Equal(
        Enumerable.Range(0, examples),
        ExampleBlock.Of(examples, 1, most).SelectMany(block => Enumerable.Range(block.Start, block.Count)));

    [Fact]
    public void An_example_that_exceeds_the_budget_is_a_block() =>
        Assert.Equal([new(0, 1), new(1, 1)], ExampleBlock.Of(2, 1000, 10));

    [Fact]
    public void A_split_without_examples_has_no_blocks() => Assert.Empty(ExampleBlock.Of(0, 2, 10));
}
