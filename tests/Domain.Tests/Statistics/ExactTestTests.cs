using System.Numerics;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class ExactTestTests
{
    [Fact]
    public void It_is_the_test_of_SciPy() => Each("statistics.json", "exact_test_of_votes", golden =>
        CloseP(golden.Number("p"), new ExactTest().Of(golden.Ints("dense"), golden.Ints("pruned")).P));

    [Fact]
    public void It_is_the_test_of_the_reference() => Each("analysis.json", "exact_test", golden =>
        CloseP(golden.Number("p"), new ExactTest().Of(golden.Ints("dense"), golden.Ints("pruned")).P));

    [Fact]
    public void Its_null_distribution_is_that_of_the_reference() => Each("analysis.json", "null_distribution", golden =>
    {
        // Any votes with these totals: the first labels as far as they fit.
        var (totals, left) = (golden.Ints("totals"), golden.Int("dense_runs"));
        var first = Array.ConvertAll(totals, total =>
        {
            var votes = Math.Min(total, left);
            left -= votes;
            return votes;
        });

        var tested = new ExactTest().Of(first, [.. totals.Zip(first, (total, votes) => total - votes)]);

        CloseP(golden.Numbers("attainable_p"), tested.Null.Attainable.ToArray());
    });

    [Fact]
    public void The_order_of_the_labels_and_of_the_cohorts_does_not_matter()
    {
        var (test, random) = (new ExactTest(), KeyedRandom.For("order"));
        for (var draw = 0; draw < 300; draw++)
        {
            var labels = 1 + random.NextInt(6);
            int[] first = Votes(1 + random.NextInt(20)), second = Votes(1 + random.NextInt(20));
            var order = random.Permutation(labels);

            var expected = test.Of(first, second);

            Assert.Equal(
                expected, test.Of(Array.ConvertAll(order, c => first[c]), Array.ConvertAll(order, c => second[c])));
            Assert.Equal(expected, test.Of(second, first));

            int[] Votes(int runs)
            {
                var votes = new int[labels];
                for (var run = 0; run < runs; run++) votes[random.NextInt(labels)]++;
                return votes;
            }
        }
    }

    /// <summary>
    /// All tables of four labels with 6 and 5 votes: each attainable p is the probability of at most that p.
    /// </summary>
    [Fact]
    public void Each_attainable_p_has_its_own_probability()
    {
        int[] totals = [4, 3, 3, 1];
        var (test, byP, rows) = (new ExactTest(), new SortedDictionary<double, BigInteger>(), BigInteger.Zero);
        for (var a = 0; a <= totals[0]; a++)
            for (var b = 0; b <= totals[1]; b++)
                for (var c = 0; c <= totals[2]; c++)
                {
                    var d = 6 - a - b - c;
                    if (d < 0 || d > totals[3]) continue;
                    int[] first = [a, b, c, d];
                    var ways = totals.Zip(first, Binomial).Aggregate(BigInteger.Multiply);
                    var p = test.Of(first, [.. totals.Zip(first, (total, votes) => total - votes)]).P;
                    byP[p] = byP.GetValueOrDefault(p) + ways;
                    rows += ways;
                }

        Assert.Equal(Binomial(11, 6), rows);
        var upTo = BigInteger.Zero;
        foreach (var (p, ways) in byP) CloseP((double)(upTo += ways) / (double)rows, p);
        Assert.Equal(byP.Keys, test.Of([4, 2, 0, 0], [0, 1, 3, 1]).Null.Attainable.ToArray());
    }

    [Fact]
    public void Unanimous_cohorts_that_agree_can_only_have_the_p_value_1() =>
        Assert.Equal(new TestedVotes(1, NullDistribution.Constant), new ExactTest().Of([0, 8, 0], [0, 5, 0]));

    [Fact]
    public void Two_labels_are_exact_for_any_number_of_runs()
    {
        var tested = new ExactTest().Of([180, 20], [20, 180]);

        Assert.False(tested.Null.IsContinuous);
        Assert.InRange(tested.P, 1e-66, 1e-62);
    }

    /// <summary>With this number of votes, the chi-square approximation is accurate.</summary>
    [Fact]
    public void Many_votes_for_several_labels_are_tested_by_random_tables()
    {
        int[] first = [90, 60, 50], second = [70, 65, 65];
        double chiSquare = 0;
        for (var c = 0; c < 3; c++) chiSquare += Math.Pow(first[c] - second[c], 2) / (first[c] + second[c]);

        var tested = new ExactTest().Of(first, second);

        Assert.Same(NullDistribution.Uniform, tested.Null);
        Assert.Equal(ChiSquare.UpperTail(chiSquare, 2), tested.P, 0.01);
        Assert.Equal(tested, new ExactTest().Of([65, 70, 65], [60, 90, 50]));
    }

    /// <summary>
    /// The tables of 2,000 pairs of cohorts with 64 votes on four labels have more values than are kept at a time.
    /// </summary>
    [Fact]
    public void Tables_that_were_dropped_are_computed_again_with_the_same_distribution()
    {
        var (test, random) = (new ExactTest(), KeyedRandom.For("dropped"));
        int[] totals = [20, 30, 40, 38];
        var before = test.Of([10, 15, 20, 19], [10, 15, 20, 19]);
        for (var draw = 0; draw < 2000; draw++) test.Of(Votes(), Votes());

        int[] first = [4, 20, 25, 15];
        var after = test.Of(first, [.. totals.Zip(first, (total, votes) => total - votes)]);

        Assert.Same(before.Null, after.Null);
        Assert.Equal(
            new ExactTest().Of(first, [.. totals.Zip(first, (total, votes) => total - votes)]).P, after.P);

        int[] Votes()
        {
            var votes = new int[4];
            for (var run = 0; run < 64; run++) votes[random.NextInt(4)]++;
            return votes;
        }
    }

    [Fact]
    public void Cohorts_without_votes_or_with_other_labels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ExactTest().Of([0, 0], [1, 0]));
        Assert.Throws<ArgumentException>(() => new ExactTest().Of([1, 0], [1]));
        Assert.Throws<ArgumentException>(() => new ExactTest().Of([2, -1], [1, 0]));
    }

    private static BigInteger Binomial(int n, int k)
    {
        var binomial = BigInteger.One;
        for (var i = 0; i < k; i++) binomial = binomial * (n - i) / (i + 1);
        return binomial;
    }
}
