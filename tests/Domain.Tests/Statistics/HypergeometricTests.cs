using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Statistics;

public class HypergeometricTests
{
    /// <summary>
    /// Of 20,000 draws, each value has its probability up to five standard errors, which are at most 0.0035.
    /// </summary>
    [Theory]
    [InlineData(20, 7, 9)]
    [InlineData(20, 13, 15)]
    [InlineData(1000, 3, 200)]
    public void Draws_have_the_hypergeometric_distribution(int all, int marked, int drawn)
    {
        var (random, counts) = (KeyedRandom.For("hypergeometric"), new int[drawn + 1]);
        for (var draw = 0; draw < 20_000; draw++) counts[Hypergeometric.Draw(random, all, marked, drawn)]++;

        var expected = new MathNet.Numerics.Distributions.Hypergeometric(all, marked, drawn);
        for (var value = 0; value <= drawn; value++)
            Assert.Equal(expected.Probability(value), counts[value] / 20_000.0, 0.018);
    }

    [Theory]
    [InlineData(10, 10, 4, 4)]
    [InlineData(10, 0, 4, 0)]
    [InlineData(10, 4, 10, 4)]
    public void A_draw_without_a_choice_is_certain(int all, int marked, int drawn, int value) =>
        Assert.Equal(value, Hypergeometric.Draw(KeyedRandom.For("certain"), all, marked, drawn));

    [Fact]
    public void Numbers_above_the_number_of_items_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric.Draw(KeyedRandom.For("x"), 5, 6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric.Draw(KeyedRandom.For("x"), 5, 1, 6));
    }
}
