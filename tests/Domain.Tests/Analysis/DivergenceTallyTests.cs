using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Runs that draw logits for 40 examples of three labels.</summary>
public class DivergenceTallyTests
{
    private const int Examples = 40, Labels = 3;

    [Theory]
    [InlineData(3, 3, true, "0-0 1-1 2-2")]
    [InlineData(1, 4, false, "0-0 0-1 0-2 0-3")]
    [InlineData(2, 3, false, "0-0 1-1 0-2 1-0 0-1 1-2")]
    [InlineData(3, 1, false, "0-0 1-0 2-0")]
    public void Pairs_are_those_of_a_seed_or_all_of_unpaired_cohorts(
        int dense, int pruned, bool paired, string pairs) =>
        Assert.Equal(
            pairs,
            string.Join(' ', new DivergenceTally(Labels, Examples, new(dense, pruned, paired)).Pairs
                .Select(pair => $"{pair.Dense}-{pair.Pruned}")));

    [Theory]
    [InlineData(40, 40, 25, 26)]
    [InlineData(2000, 3, 666, 667)]
    public void Of_many_pairs_each_run_occurs_about_equally_often(int dense, int pruned, int fewest, int most)
    {
        var pairs = new DivergenceTally(Labels, Examples, new(dense, pruned, Paired: false)).Pairs;

        Assert.Equal(Math.Max(DivergenceTally.MostPairs, dense), pairs.Count);
        Assert.Equal(pairs.Count, pairs.Distinct().Count());
        Assert.Equal(dense, pairs.Select(pair => pair.Dense).Distinct().Count());
        Assert.All(
            pairs.GroupBy(pair => pair.Pruned), ofRun => Assert.InRange(ofRun.Count(), fewest, most));
    }

    [Theory]
    [InlineData(2, 550_000, 60, 909)]
    [InlineData(20, 550_000, 60, 90)]
    [InlineData(1000, 550_000, 60, 60)]
    [InlineData(2, 1000, 60, DivergenceTally.MostPairs)]
    [InlineData(2, 1000, 3, 9)]
    public void Of_many_examples_and_labels_fewer_pairs_count(int labels, int examples, int runs, int expected)
    {
        var pairs = new DivergenceTally(labels, examples, new(runs, runs, Paired: false)).Pairs;

        Assert.Equal(expected, pairs.Count);
        Assert.Equal(expected, pairs.Distinct().Count());
        Assert.Equal(runs, pairs.Select(pair => pair.Dense).Distinct().Count());
        Assert.Equal(runs, pairs.Select(pair => pair.Pruned).Distinct().Count());
    }

    [Fact]
    public async Task A_block_is_not_read_to_its_end_after_a_cancellation()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var tally = new DivergenceTally(Labels, Examples, ComparedCohorts.OfSeeds(1));

        Assert.Throws<OperationCanceledException>(
            () => tally.Add(0, [Run("dense", 0)], [Run("pruned", 0)], source.Token));
    }

    [Fact]
    public void The_value_of_unpaired_cohorts_is_the_mean_over_all_pairs()
    {
        float[][] dense = [Run("dense", 0), Run("dense", 1)],
            pruned = [Run("pruned", 0), Run("pruned", 1), Run("pruned", 2)];
        var tally = new DivergenceTally(Labels, Examples, new(2, 3, Paired: false));

        tally.Add(0, dense, pruned, CancellationToken.None);

        var pairs = dense.SelectMany(one => pruned.Select(other => (one, other))).ToList();
        Assert.Equal(
            Enumerable.Range(0, Examples).Average(i =>
                pairs.Average(pair => Kl(Shares(pair.one, i), Shares(pair.other, i)))),
            tally.Divergence(new double[Examples]).Kl.Mean, 12);
    }

    [Theory]
    [InlineData(Examples)]
    [InlineData(7)]
    public void The_value_of_an_example_is_the_mean_over_the_pairs(int block)
    {
        float[][] dense = [Run("dense", 0), Run("dense", 1)], pruned = [Run("pruned", 0), Run("pruned", 1)];
        double[] changed = [.. Enumerable.Range(0, Examples).Select(i => i % 4 / 4.0)];
        var tally = new DivergenceTally(Labels, Examples, ComparedCohorts.OfSeeds(2));

        for (var start = 0; start < Examples; start += block)
        {
            var logits = (start * Labels)..(Math.Min(start + block, Examples) * Labels);
            tally.Add(
                start, [.. dense.Select(run => run[logits])], [.. pruned.Select(run => run[logits])],
                CancellationToken.None);
        }
        var divergence = tally.Divergence(changed);

        double[] kl = [.. Enumerable.Range(0, Examples).Select(i => Mean(i, (p, q) => Kl(p, q))).Order()],
            js = [.. Enumerable.Range(0, Examples).Select(i => Mean(i, (p, q) => Js(p, q))).Order()],
            margins = [.. Enumerable.Range(0, Examples)
                .Select(i => Mean(i, (p, _) => p.Max() - p.Order().ElementAt(1)))];
        Assert.Equal(kl.Average(), divergence.Kl.Mean, 12);
        Assert.Equal(Percentile.Of(kl, 50), divergence.Kl.P50, 12);
        Assert.Equal(Percentile.Of(kl, 95), divergence.Kl.P95, 12);
        Assert.Equal(js.Average(), divergence.Js.Mean, 12);
        Assert.Equal(Percentile.Of(js, 95), divergence.Js.P95, 12);
        Assert.Equal(ChangesByMargin.Of(margins, changed).Auc!.Value, divergence.Margin.Auc!.Value, 12);

        double Mean(int i, Func<double[], double[], double> of) => Enumerable.Range(0, 2)
            .Average(run => of(Shares(dense[run], i), Shares(pruned[run], i)));
    }

    [Fact]
    public void Equal_scores_have_no_divergence()
    {
        var (run, tally) = (Run("same", 0), new DivergenceTally(Labels, Examples, ComparedCohorts.OfSeeds(1)));
        tally.Add(0, [run], [run], CancellationToken.None);

        var divergence = tally.Divergence(new double[Examples]);

        Assert.Equal(new DivergenceSpread(0, 0, 0), divergence.Kl);
        Assert.InRange(divergence.Js.P95, 0, 1e-15);
    }

    /// <summary>Scores of imported predictions can be as far apart as float16 allows.</summary>
    [Fact]
    public void Scores_that_are_far_apart_have_finite_divergences()
    {
        var tally = new DivergenceTally(2, 1, ComparedCohorts.OfSeeds(1));
        tally.Add(0, [[65_504, -65_504]], [[-65_504, 65_504]], CancellationToken.None);

        var divergence = tally.Divergence([1]);

        Assert.Equal(-Math.Log(1e-12), divergence.Kl.Mean, 9);
        Assert.Equal(Math.Log(2), divergence.Js.Mean, 9);
    }

    private static double Kl(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();

    private static double Js(double[] p, double[] q)
    {
        double[] mean = [.. p.Zip(q, (a, b) => (a + b) / 2)];
        return (Kl(p, mean) + Kl(q, mean)) / 2;
    }

    private static double[] Shares(float[] run, int example)
    {
        double[] weights = [.. run[(example * Labels)..((example + 1) * Labels)].Select(z => Math.Exp(z))];
        return Array.ConvertAll(weights, weight => weight / weights.Sum());
    }

    private static float[] Run(string cohort, int run)
    {
        var random = KeyedRandom.For("divergence", cohort, run);
        return [.. Enumerable.Range(0, Examples * Labels).Select(_ => (random.NextInt(800) / 100f) - 4)];
    }
}
