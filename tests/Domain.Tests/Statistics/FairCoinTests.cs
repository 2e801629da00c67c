using System.Numerics;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class FairCoinTests
{
    [Fact]
    public void McNemar() => Each("analysis.json", "mcnemar", golden =>
    {
        var (b, c) = (golden.Int("b"), golden.Int("c"));

        CloseP(golden.Number("p"), FairCoin.TwoSided(b, c));
        CloseP(golden.Number("mid_p"), FairCoin.MidP(b, c));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(1000)]
    public void A_tail_is_the_sum_of_its_binomials(int tosses)
    {
        var (sum, binomial) = (BigInteger.Zero, BigInteger.One);
        for (var heads = 0; heads <= tosses; heads++)
        {
            sum += binomial;
            binomial = binomial * (tosses - heads) / (heads + 1);
            // 2^-tosses is a power of two, so the logarithm loses only the digits of its size.
            var expected = Math.Exp(BigInteger.Log(sum) - (tosses * Math.Log(2)));
            CloseP(expected, FairCoin.AtMost(heads, tosses));
            CloseP(expected, FairCoin.AtLeast(tosses - heads, tosses));
        }
    }

    [Fact]
    public void A_number_of_heads_is_at_most_the_number_of_tosses()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FairCoin.AtMost(4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => FairCoin.AtLeast(-1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => FairCoin.TwoSided(-1, 3));
    }
}
