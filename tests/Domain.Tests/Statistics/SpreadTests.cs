using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Statistics;

public class SpreadTests
{
    [Fact]
    public void A_spread_is_the_mean_and_the_sample_deviation() => Assert.Equal(new Spread(2, 1), Spread.Of([1, 2, 3]));

    [Fact]
    public void One_value_has_no_deviation() => Assert.Equal(new Spread(4, null), Spread.Of([4]));
}
