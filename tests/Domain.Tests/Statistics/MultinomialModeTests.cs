using MathNet.Numerics.Distributions;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class MultinomialModeTests
{
    /// <summary>The five results of four votes on two labels: a tie goes to the first.</summary>
    [Fact]
    public void A_tie_goes_to_the_smallest_label()
    {
        var mode = MultinomialMode.Of([1, 1], 4);

        Close([11.0 / 16, 5.0 / 16], mode);
    }

    /// <summary>All 4^5 sequences of five votes.</summary>
    [Fact]
    public void The_mode_of_new_votes_with_the_same_shares_is_that_of_all_sequences()
    {
        int[] votes = [3, 1, 0, 2];
        var expected = new double[4];
        for (var sequence = 0; sequence < 1024; sequence++)
        {
            var (counts, probability) = (new int[4], 1.0);
            for (var vote = 0; vote < 5; vote++)
            {
                var c = sequence >> (2 * vote) & 3;
                counts[c]++;
                probability *= votes[c] / 6.0;
            }
            expected[Array.IndexOf(counts, counts.Max())] += probability;
        }

        Close(expected, MultinomialMode.Of(votes, 5));
    }

    /// <summary>
    /// For three labels the condition on the first two is one on the range of a binomial count.
    /// </summary>
    [Theory]
    [InlineData(new[] { 4, 3, 3 }, 31)]
    [InlineData(new[] { 12, 10, 8 }, 200)]
    [InlineData(new[] { 11, 10, 9 }, 1000)]
    [InlineData(new[] { 15, 12, 3 }, 60)]
    public void The_mode_of_many_votes_on_three_labels_follows_from_binomials(int[] votes, int n)
    {
        double runs = votes.Sum();

        var mode = MultinomialMode.Of(votes, n);

        // The last label is the mode if it has more votes than each of the others.
        var last = 0.0;
        for (var v = (n / 3) + 1; v <= n; v++)
        {
            var (rest, p) = (n - v, votes[0] / (runs - votes[2]));
            if (rest > 2 * (v - 1)) continue;
            var within = Binomial.CDF(p, rest, Math.Min(v - 1, rest))
                - (rest - v < 0 ? 0 : Binomial.CDF(p, rest, rest - v));
            last += Binomial.PMF(votes[2] / runs, n, v) * within;
        }
        Assert.Equal(last, mode[2], 1e-11);
        Assert.Equal(1, mode.Sum(), 1e-12);
    }

    /// <summary>The others have 1.7 % of the votes and cannot be the mode, but they leave fewer votes.</summary>
    [Fact]
    public void Labels_that_cannot_be_the_mode_take_votes_from_the_others()
    {
        var mode = MultinomialMode.Of([100, 99, 1, 1, 1], 900);

        Assert.Equal(1, mode[0] + mode[1], 1e-12);
        Assert.Equal(FirstOfTwo(900, 100 / 202.0, 99 / 202.0), mode[0], 1e-11);

        // n1 + n2 is binomial, and n1 given n1 + n2 too.
        static double FirstOfTwo(int n, double first, double second) => Enumerable.Range(0, n + 1).Sum(both =>
            Binomial.PMF(first + second, n, both)
                * (1 - Binomial.CDF(first / (first + second), both, ((both + 1) / 2) - 1)));
    }

    [Fact]
    public void Thousands_of_votes_neither_overflow_nor_vanish() =>
        Close(1, MultinomialMode.Of([2, 1], 2000)[0]);

    [Fact]
    public void A_cohort_without_votes_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MultinomialMode.Of([0, 0], 3));
        Assert.Throws<ArgumentException>(() => MultinomialMode.Of([2, -1], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultinomialMode.Of([2, 1], 0));
    }
}
