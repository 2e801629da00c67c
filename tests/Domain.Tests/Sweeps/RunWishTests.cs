using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

public class RunWishTests
{
    /// <summary>Seeds 2 to 6.</summary>
    private static readonly SweepRequest Request = Requests.Valid with { Seeds = new SeedRange(2, 5) };

    [Fact]
    public void The_test_split_is_always_predicted_and_only_once()
    {
        Assert.Equal([Split.Test], Of(Request).Splits);
        Assert.Equal([Split.Train, Split.Test], Of(Request with { PredictSplits = [Split.Train] }).Splits);
        Assert.Equal([Split.Test, Split.Train], Of(Request with { PredictSplits = [Split.Test, Split.Train] }).Splits);
    }

    [Theory]
    [InlineData(KeepModels.None, false)]
    [InlineData(KeepModels.Last, true)]
    public void The_model_is_kept_if_the_request_asks_for_it(KeepModels asked, bool wanted) =>
        Assert.Equal(wanted, Of(Request with { KeepModels = asked }).Model);

    [Fact]
    public void By_default_the_epochs_of_the_study_are_observed() =>
        Assert.Equal([0, 12, 23, 31, 38], Of(Request, epochs: 39).Epochs);

    [Fact]
    public void Observed_epochs_are_sorted_without_repeats_and_without_epochs_beyond_the_training()
    {
        Assert.Equal([1, 2], Of(Request with { ObservationEpochs = [2, 1, 2, 3, 9] }, epochs: 3).Epochs);
        Assert.Empty(Of(Request with { ObservationEpochs = [] }, epochs: 3).Epochs);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(6, true)]
    [InlineData(7, false)]
    [InlineData(11, false)]
    public void Runs_with_extra_dense_seeds_are_not_observed(int seed, bool observes)
    {
        Assert.Equal(observes, Of(Request, seed: seed).Epochs.Count > 0);
        Assert.Equal(observes, Of(Request with { ObservationEpochs = [0] }, seed: seed).Epochs.Count > 0);
    }

    [Fact]
    public void A_range_that_ends_at_the_largest_seed_is_observed_completely()
    {
        var last = Request with { Seeds = new SeedRange(int.MaxValue - 1, 1) };

        Assert.NotEmpty(Of(last, seed: int.MaxValue - 1).Epochs);
    }

    [Theory]
    [InlineData(Method.Dense4E)]
    [InlineData(Method.Imp)]
    [InlineData(Method.MpAi)]
    public void Only_dense_runs_are_observed(Method method) =>
        Assert.Empty(Of(Request with { ObservationEpochs = [0] }, method: method).Epochs);

    [Fact]
    public void Each_planned_run_has_a_wish()
    {
        var request = Requests.Valid with
        {
            ExtraDenseSeeds = 1,
            PredictSplits = [Split.Train],
            KeepModels = KeepModels.Last,
        };

        var runs = SweepExpansion.Expand(request, "sha256:d").Runs;

        Assert.All(runs, run => Assert.Equal([Split.Train, Split.Test], run.Wish.Splits));
        Assert.All(runs, run => Assert.True(run.Wish.Model));
        Assert.Equal([3, 4], runs.Where(run => run.Wish.Epochs.Count > 0).Select(run => run.Seed));
    }

    private static RunWish Of(
        SweepRequest request, int epochs = 5, int seed = 3, Method method = Method.Dense)
    {
        var hyperparameters = new Hyperparameters(Epochs: epochs);
        var recipe = new Recipe("", Architecture.BiLstm, null, hyperparameters, Protocol.Sound, method, Sparsity: 0);
        return RunWish.Of(request, recipe, seed);
    }
}
