using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Domain.Tests.Analysis;

public class ExampleSampleTests
{
    [Fact]
    public void Few_votes_are_all_read() => Assert.Equal(10_000, Chosen(10_000, classCount: 400).Count);

    /// <summary>The labels of the examples repeat with any period, and each label has its share.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(16)]
    public void A_sample_of_many_votes_has_every_place_of_a_period(int period)
    {
        var chosen = Chosen(100_000, classCount: 400);

        Assert.InRange(chosen.Count, 9_900, 10_100);
        Assert.All(
            chosen.GroupBy(position => position % period),
            place => Assert.Equal((double)chosen.Count / period, place.Count(), 0.05 * chosen.Count / period));
    }

    private static List<int> Chosen(int examples, int classCount)
    {
        var isChosen = ExampleSample.Of(examples, classCount).Compile();
        return
        [
            .. Enumerable.Range(0, examples).Where(position => isChosen(
                new PieLabel { Position = position, DenseVotes = [], PrunedVotes = [] })),
        ];
    }
}
