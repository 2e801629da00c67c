using PieService.Domain.Pies;

namespace PieService.Domain.Tests.Pies;

public class VoteTests
{
    [Theory]
    [InlineData(new[] { 1, 3, 1 }, 1, false, 0.4)]
    [InlineData(new[] { 5, 0 }, 0, false, 1.0)]
    [InlineData(new[] { 0, 2, 2 }, 1, true, 0.0)]
    [InlineData(new[] { 2, 2, 0 }, 0, true, 0.0)]
    [InlineData(new[] { 1, 1, 2 }, 2, false, 0.25)]
    [InlineData(new[] { 2, 1, 2 }, 0, true, 0.0)]
    public void The_most_frequent_class_wins_and_a_tie_goes_to_the_smallest(
        int[] votes, int mode, bool tied, double margin) =>
        Assert.Equal(new Vote((short)mode, tied, margin), Vote.Of(votes));

    [Fact]
    public void A_vote_without_runs_is_refused() => Assert.Throws<ArgumentException>(() => Vote.Of([0, 0]));
}
