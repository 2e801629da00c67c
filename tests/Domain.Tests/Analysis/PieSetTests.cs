using PieService.Domain.Analysis;

namespace PieService.Domain.Tests.Analysis;

public class PieSetTests
{
    private const int Examples = 200;

    [Fact]
    public void A_set_has_the_positions_that_were_added_in_ascending_order()
    {
        var set = Of(199, 64, 0, 63, 64);

        Assert.Equal([0, 63, 64, 199], set.Positions());
        Assert.Equal(4, set.Count);
        Assert.True(set.Contains(199));
        Assert.False(set.Contains(198));
    }

    [Fact]
    public void Two_sets_share_the_positions_of_both() =>
        Assert.Equal(2, Of(0, 63, 64, 199).Shared(Of(1, 63, 65, 199)));

    [Fact]
    public void Sets_of_other_examples_share_nothing_that_could_be_counted() =>
        Assert.Throws<ArgumentException>(() => Of(1).Shared(new PieSet(Examples + 1)));

    /// <summary>
    /// Both have example 0 of four in the first stratum; with the strata of the second cohort, examples 0 and 1 are a
    /// stratum of their own.
    /// </summary>
    [Theory]
    [InlineData(null, 0.5)]
    [InlineData(new byte[] { 3, 3, 9, 9, 9 }, 1)]
    public void The_overlap_given_the_margin_has_the_strata_of_both_cohorts(byte[]? second, double expected)
    {
        PieSet one = new(5), other = new(5);
        foreach (var position in new[] { 0, 1 }) one.Add(position);
        other.Add(0);

        var overlap = OverlapGivenMargin.Of(one, other, [2, 2, 2, 2, 9], second);

        Assert.Equal(expected, overlap.ExpectedShared, 12);
    }

    private static PieSet Of(params int[] positions)
    {
        var set = new PieSet(Examples);
        foreach (var position in positions) set.Add(position);
        return set;
    }
}
