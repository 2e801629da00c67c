using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class LengthCountsTests
{
    [Theory]
    [InlineData(new[] { 5 }, 5, 5, 5, 5)]
    [InlineData(new[] { 4, 1, 3, 2 }, 2.5, 2, 4, 4)]
    [InlineData(new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 21 }, 2, 1, 1, 21)]
    public void Percentiles_are_the_nearest_rank(int[] lengths, double mean, int p50, int p95, int max)
    {
        var counts = new LengthCounts();
        foreach (var length in lengths) counts.Add(length);

        Assert.Equal(new TokenLengths(mean, p50, p95, max), counts.Summarise());
    }
}
