using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class StepUpQTests
{
    [Fact]
    public void Q_is_that_of_the_reference() => Each("analysis.json", "q_values", golden =>
    {
        var test = new ExactTest();
        TestedVotes[] tests =
            [.. golden.Rows("dense").Zip(golden.Rows("pruned"), (dense, pruned) => test.Of(dense, pruned))];

        CloseP(golden.Numbers("p"), tests.Select(tested => tested.P));
        CloseP(golden.Numbers("q"), StepUpQ.Of(tests));
        CloseP(golden.Numbers("bh"), AdjustedP.BenjaminiHochberg([.. tests.Select(tested => tested.P)]));
    });

    [Fact]
    public void Q_of_pairs_is_that_of_the_reference() => Each("analysis.json", "q_values_paired", golden =>
    {
        var (test, labels) = (new TestsOfLabels(), golden.Int("labels"));
        TestedVotes[] tests = [.. golden.Rows("dense").Zip(
            golden.Rows("pruned"), (dense, pruned) => test.OfPairs(dense, pruned, labels))];

        CloseP(golden.Numbers("p"), tests.Select(tested => tested.P));
        CloseP(golden.Numbers("q"), StepUpQ.Of(tests));
    });

    [Fact]
    public void Q_of_several_labels_is_that_of_the_reference() => Each(
        "analysis.json", "q_values_several_labels", golden =>
        {
            var (test, runs) = (new TestsOfLabels(), golden.Int("runs"));
            TestedVotes[] tests = [.. golden.Rows("dense").Zip(
                golden.Rows("pruned"), (dense, pruned) => test.OfLabels(dense, runs, pruned, runs))];

            CloseP(golden.Numbers("p"), tests.Select(tested => tested.P));
            CloseP(golden.Numbers("q"), StepUpQ.Of(tests));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public void Q_is_monotone_and_at_most_a_tenth_more_than_that_of_Benjamini_and_Hochberg(int sampled)
    {
        for (var draw = 0; draw < 40; draw++)
        {
            var tests = Random(draw, sampled);
            var (q, bh) = (StepUpQ.Of(tests), AdjustedP.BenjaminiHochberg([.. tests.Select(test => test.P)]));

            var byP = tests.Zip(q).OrderBy(test => test.First.P).ToList();
            Assert.All(byP.Zip(byP.Skip(1)), pair => Assert.True(
                pair.First.Second <= pair.Second.Second || pair.First.First.P == pair.Second.First.P));
            Assert.All(q.Zip(bh), pair => Assert.True(
                pair.First > 0.1 || pair.First <= 1.1 * pair.Second * NullDistribution.Tolerance));
        }
    }

    /// <summary>Distributions of random tables are rare, so the reference has none.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public void Q_is_what_the_definition_computes_without_sorting(int sampled)
    {
        for (var draw = 0; draw < 40; draw++)
        {
            var tests = Random(draw, sampled);

            Close(ByDefinition(tests), StepUpQ.Of(tests));
        }
    }

    [Fact]
    public void Examples_without_an_attainable_p_below_1_have_the_q_value_1() => Assert.Equal(
        [1, 1], StepUpQ.Of([new(1, NullDistribution.Constant), new(1, NullDistribution.Constant)]));

    [Fact]
    public void No_examples_have_no_q() => Assert.Empty(StepUpQ.Of([]));

    /// <summary>The definition of the q values step by step, with tau by bisection, which must not end between equal
    /// steps.</summary>
    private static double[] ByDefinition(TestedVotes[] tests)
    {
        double low = 0, high = 1;
        while (high - low > 1e-12)
        {
            var middle = (low + high) / 2;
            if (Odds(middle, middle) <= 0.1 * tests.Length) low = middle;
            else high = middle;
        }
        var y = tests.Select(test => test.P).Distinct().ToDictionary(p => p, p => Odds(p, Math.Max(p, low)) /
            tests.Count(other => other.P <= p * NullDistribution.Tolerance));
        return Array.ConvertAll(
            tests, test => Math.Min(1, y.Where(other => other.Key >= test.P).Min(other => other.Value)));

        double Odds(double t, double denominator) =>
            tests.Sum(test => test.Null.At(t) == 0 ? 0 : test.Null.At(t) / (1 - test.Null.At(denominator)));
    }

    /// <summary>60 examples with 2 or 3 labels and 8 runs, a third of them with a large effect.</summary>
    /// <param name="sampled">The number of further examples whose p values are continuous.</param>
    private static TestedVotes[] Random(int draw, int sampled)
    {
        var (random, test) = (KeyedRandom.For("q", draw, sampled), new ExactTest());
        var exact = Enumerable.Range(0, 60).Select(i => test.Of(Votes(2 + (i % 2), 0), Votes(2 + (i % 2), i % 3)));
        var continuous = Enumerable.Range(0, sampled)
            .Select(_ => new TestedVotes((1 + random.NextInt(1000)) / 1001.0, NullDistribution.Uniform));
        return [.. exact.Concat(continuous)];

        int[] Votes(int labels, int favourite)
        {
            var votes = new int[labels];
            for (var run = 0; run < 8; run++)
                votes[random.NextInt(4) > 0 ? favourite % labels : random.NextInt(labels)]++;
            return votes;
        }
    }
}
