using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class CombinedTestTests
{
    [Fact]
    public void Labels_are_combined_as_in_the_reference() => Each(
        "analysis.json", "exact_test_several_labels", golden =>
        {
            var labels = new TestsOfLabels().Each(
                golden.Ints("dense"), golden.Int("dense_runs"), golden.Ints("pruned"), golden.Int("pruned_runs"));

            CloseP(golden.Numbers("label_p"), labels.Select(label => label.P));
            CloseP(golden.Number("p"), new CombinedTest().Of(labels).P);
        });

    [Fact]
    public void Pairs_are_tested_as_in_the_reference() => Each("analysis.json", "paired_test", golden => CloseP(
        golden.Number("p"),
        new TestsOfLabels().OfPairs(golden.Ints("dense"), golden.Ints("pruned"), golden.Int("labels")).P));

    [Fact]
    public void The_p_value_of_an_example_is_one_of_its_attainable_values()
    {
        var (tests, random) = (new TestsOfLabels(), KeyedRandom.For("attainable"));
        for (var draw = 0; draw < 100; draw++)
        {
            var labels = 1 + random.NextInt(5);
            var tested = tests.OfLabels(Votes(8), 8, Votes(9), 9);

            CloseP(tested.P, tested.Null.At(tested.P));

            int[] Votes(int runs) => [.. Enumerable.Range(0, labels).Select(_ => random.NextInt(runs + 1))];
        }
    }

    [Fact]
    public void Labels_that_no_run_predicts_change_nothing()
    {
        var tests = new TestsOfLabels();

        var one = tests.OfLabels([7], 8, [1], 8);
        var many = tests.OfLabels([0, 7, 0, 0, 0], 8, [0, 1, 0, 0, 0], 8);

        Assert.Equal(one.P, many.P);
        Assert.Equal(one.Null.Attainable.ToArray(), many.Null.Attainable.ToArray());
    }

    [Fact]
    public void A_label_tested_by_random_tables_makes_the_example_continuous()
    {
        var sampled = new TestedVotes(0.02, NullDistribution.Uniform);
        var exact = new ExactTest().Of([7, 1], [1, 7]);

        var combined = new CombinedTest().Of([sampled, exact]);

        Assert.Same(NullDistribution.Uniform, combined.Null);
        Close(exact.P + exact.P, combined.P);
    }

    /// <summary>90 labels have more than 128 attainable values together.</summary>
    [Fact]
    public void The_attainable_values_of_many_labels_are_bounded_and_p_is_one_of_them()
    {
        var (tests, random) = (new TestsOfLabels(), KeyedRandom.For("many labels"));
        int[] dense = [.. Enumerable.Range(0, 90).Select(_ => random.NextInt(31))];
        int[] pruned = [.. Enumerable.Range(0, 90).Select(_ => random.NextInt(31))];
        var labels = tests.Each(dense, 30, pruned, 30);
        Assert.True(labels.SelectMany(label => label.Null.Attainable.ToArray()).Distinct().Count() > 128);

        var tested = tests.OfLabels(dense, 30, pruned, 30);

        var smallest = labels.Min(label => label.P);
        Assert.InRange(tested.Null.Attainable.Length, 2, NullDistribution.MostValues);
        Assert.True(tested.P >= Math.Min(1, labels.Sum(label => label.Null.At(smallest))));
        Assert.Contains(tested.P, tested.Null.Attainable.ToArray());
    }

    [Fact]
    public void An_example_has_a_label() => Assert.Throws<ArgumentException>(() => new CombinedTest().Of([]));

    [Fact]
    public void No_discordant_seeds_can_only_have_the_p_value_1() =>
        Assert.Equal(new TestedVotes(1, NullDistribution.Constant), new PairedTest().Of(0, 0));
}
