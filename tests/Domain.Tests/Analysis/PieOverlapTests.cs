using PieService.Domain.Analysis;

namespace PieService.Domain.Tests.Analysis;

public class PieOverlapTests
{
    [Fact]
    public void The_PIEs_that_two_models_share_are_compared_with_the_number_expected_by_chance()
    {
        // 8 and 5 of 20 examples with 4 in common; 8 x 5 / 20 = 2 are expected by chance, in a union of 11.
        var overlap = PieOverlap.Of(first: 8, second: 5, shared: 4, examples: 20);

        Assert.Equal(new PieOverlap(4, 9, 4 / 9.0, 2, 2 / 11.0, 2), overlap);
    }

    [Fact]
    public void The_expected_number_is_the_mean_over_all_sets_of_these_sizes()
    {
        const int Examples = 7, First = 3, Second = 4;
        var shared = (from one in Sets(Examples, First)
                      from other in Sets(Examples, Second)
                      select System.Numerics.BitOperations.PopCount(one & other)).ToList();

        var overlap = PieOverlap.Of(First, Second, 1, Examples);

        // The sum over 1225 pairs of sets is exact, the division is not.
        Assert.Equal(shared.Average(), overlap.ExpectedShared, 12);
        Assert.True(
            shared.Average(n => n / (double)(First + Second - n)) > overlap.ExpectedJaccard,
            "the mean of the Jaccard index must exceed the Jaccard index of the mean");
    }

    [Fact]
    public void Without_PIEs_there_is_no_overlap_and_no_ratio()
    {
        Assert.Equal(new PieOverlap(0, 0, null, 0, null, null), PieOverlap.Of(0, 0, 0, 10));
        Assert.Equal(new PieOverlap(0, 3, 0, 0, 0, null), PieOverlap.Of(3, 0, 0, 10));
        Assert.Equal(new PieOverlap(0, 0, null, 0, null, null), PieOverlap.Of(0, 0, 0, 0));
    }

    [Fact]
    public void Sizes_whose_product_exceeds_an_int_are_exact() =>
        Assert.Equal(1_000_000, PieOverlap.Of(2_000_000, 2_500_000, 1_000_000, 5_000_000).ExpectedShared);

    [Theory]
    [InlineData(3, 2, 3, 10)]
    [InlineData(3, 2, -1, 10)]
    [InlineData(6, 6, 1, 10)]
    public void Impossible_sizes_of_sets_are_refused(int first, int second, int shared, int examples) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PieOverlap.Of(first, second, shared, examples));

    private static IEnumerable<uint> Sets(int examples, int size) =>
        Enumerable.Range(0, 1 << examples).Select(set => (uint)set)
            .Where(set => System.Numerics.BitOperations.PopCount(set) == size);
}
