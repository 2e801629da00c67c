using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class SeedEffectTests
{
    private const int Classes = 100;

    [Theory]
    [InlineData("excess")]
    [InlineData("excess_several_labels")]
    public void The_effect_is_that_of_the_reference(string section) => Each("analysis.json", section, golden =>
    {
        var effect = InOneBlock.Effect(
            golden.Runs("dense", Classes), golden.Runs("pruned", Classes), golden.GetProperty("paired").GetBoolean());

        Compare(golden.GetProperty("expected"), effect);
    });

    /// <summary>Both are unbiased for half of the squared distance of the shares.</summary>
    [Fact]
    public void The_mean_shift_of_the_examples_is_the_excess_of_unpaired_cohorts()
    {
        var (dense, pruned) = (Random("dense", runs: 5), Random("pruned", runs: 7));

        var excess = InOneBlock.Effect(dense, pruned, paired: false).Excess!.Value;

        Close(excess, Enumerable.Range(0, dense[0].Count).Average(i =>
            VoteShift.Of(Votes(dense, i), Votes(pruned, i)).Shift!.Value));
    }

    [Fact]
    public void Cohorts_that_are_the_same_have_no_effect()
    {
        var runs = Random("same", runs: 6);

        var effect = InOneBlock.Effect(runs, runs, paired: true);

        Assert.Equal(0, effect.SameSeed);
        Close(0, effect.Excess!.Value);
        Close(0, effect.OverDense!.Value);
    }

    /// <summary>
    /// Each run is wrong about three of 49 examples of its own, so that any two runs disagree on six: in doubles, the
    /// difference of the means is not 0.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rounding_is_not_an_effect(bool paired)
    {
        var within = new double[3, 3];
        var cross = new double[3, 3];
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) (within[i, j], cross[i, j]) = (i == j ? 0 : 6.0 / 49, 6.0 / 49);

        var effect = SeedEffect.Of(new(within, within, cross), new ComparedCohorts(3, 3, paired));

        Assert.Equal(new Estimate(0, 0, 0, 0), effect.Excess);
        Assert.Equal(new Estimate(0, 0, 0, 0), effect.OverDense);
    }

    [Fact]
    public void Two_seeds_have_an_effect_without_an_interval()
    {
        var effect = InOneBlock.Effect(Random("a", runs: 2), Random("b", runs: 2), paired: true);

        Assert.NotNull(effect.Excess);
        Assert.Equal((null, null, null), (effect.Df, effect.Excess.Se, effect.Excess.Low));
    }

    [Fact]
    public void One_pruned_run_only_has_an_effect_over_the_dense_runs()
    {
        var effect = InOneBlock.Effect(Random("a", runs: 4), Random("b", runs: 1), paired: false);

        Assert.Null(effect.Excess);
        Assert.NotNull(effect.OverDense);
        Assert.Null(effect.OverDense.Low);
    }

    [Fact]
    public void One_model_against_one_has_no_effect_beyond_seeds() => Assert.Equal(
        (null, null),
        InOneBlock.Effect(Random("a", runs: 1), Random("b", runs: 1), paired: false) is var effect
            ? (effect.Excess, effect.OverDense) : default);

    [Fact]
    public void Paired_cohorts_have_the_same_number_of_runs() => Assert.Throws<ArgumentException>(() =>
        InOneBlock.Effect(Random("a", runs: 3), Random("b", runs: 2), paired: true));

    [Fact]
    public void Distances_of_other_runs_are_refused() => Assert.Throws<ArgumentException>(() => SeedEffect.Of(
        InOneBlock.Distances(Random("a", runs: 3), Random("b", runs: 2)), new(3, 3, Paired: false)));

    internal static void Compare(JsonElement expected, SeedEffect effect)
    {
        Close(expected.Number("cross_seed"), effect.CrossSeed);
        Close(expected.Number("dense"), effect.Dense);
        Close(expected.Number("pruned"), effect.Pruned);
        Close(expected.Optional("same_seed"), effect.SameSeed);
        Assert.Equal(expected.Int("df"), effect.Df);
        CompareEstimate(expected.GetProperty("excess"), effect.Excess);
        CompareEstimate(expected.GetProperty("over_dense"), effect.OverDense);
    }

    private static void CompareEstimate(JsonElement expected, Estimate? estimate)
    {
        Close(expected.Number("value"), estimate!.Value);
        Close(expected.Number("se"), estimate.Se);
        Close(expected.Number("low"), estimate.Low);
        Close(expected.Number("high"), estimate.High);
    }

    private static PackedLabels[] Random(string key, int runs) => [.. Enumerable.Range(0, runs).Select(run =>
        PackedLabels.OfClasses(3, Enumerable.Range(0, 40).Select(i => (int)(KeyedRandom.Seed(key, run, i) % 3))))];

    private static int[] Votes(PackedLabels[] runs, int example)
    {
        var votes = new int[runs[0].ClassCount];
        foreach (var run in runs) run.Vote(example, votes);
        return votes;
    }
}
