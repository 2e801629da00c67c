using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Tests.Pies;

namespace PieService.Domain.Tests.Analysis;

/// <summary>The published formulas on numbers that can be checked by hand.</summary>
public class InfluenceTests
{
    private const int Digits = 12;

    /// <summary>softmax(0, 0) = (1/2, 1/2), so the error is sqrt(1/4 + 1/4); softmax(ln 3, 0) = (3/4, 1/4).</summary>
    [Fact]
    public void EL2N_is_the_distance_of_the_probabilities_from_the_gold_label_averaged_over_seeds()
    {
        var ln3 = (float)Math.Log(3);

        var el2n = El2n.MeanOverSeeds(Gold(0, 1), [[0, 0, ln3, 0], [ln3, 0, ln3, 0]]);

        Assert.Equal((Math.Sqrt(0.5) + Math.Sqrt(0.125)) / 2, el2n[0], 6); // ln 3 is rounded to float32
        Assert.Equal(0.75 * Math.Sqrt(2), el2n[1], 6);
    }

    [Fact]
    public void Large_logits_do_not_overflow() =>
        Assert.Equal(Math.Sqrt(2), El2n.MeanOverSeeds(Gold(1), [[65504, -65504]])[0], Digits);

    [Fact]
    public void Forty_examples_with_different_scores_fill_twenty_bins_of_two_in_ascending_order()
    {
        var ranking = InfluenceRanking.Of([.. Enumerable.Range(0, 40).Select(i => 40.0 - i)]);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => 39 - i), ranking.Rank);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => 1 + ((39 - i) / 2)), ranking.Bin);
    }

    /// <summary>
    /// The algorithm advances by at most one bin for each example, so equal scores share a bin, and the last bins stay
    /// empty.
    /// </summary>
    [Fact]
    public void Equal_scores_all_stay_in_the_first_bin() =>
        Assert.All(InfluenceRanking.Of(new double[50]).Bin, bin => Assert.Equal(1, bin));

    [Fact]
    public void Fewer_examples_than_bins_leave_the_last_ones_empty() =>
        Assert.Equal([1, 2, 3], InfluenceRanking.Of([0.1, 0.2, 0.3]).Bin);

    /// <summary>-log softmax: ln 2 for two equal logits, ln 4 for a class of probability 1/4.</summary>
    [Fact]
    public void Losses_are_compared_seed_by_seed()
    {
        var ln3 = (float)Math.Log(3);

        var losses = SeedLosses.Of(Gold(1), [([0, 0], [ln3, 0]), ([0, 0], [0, 0])]);

        Assert.Equal(Math.Log(2) / 2, losses.Difference[0], 6);
        Assert.Equal(1.5, losses.Ratio[0], 6);
        Assert.Equal(0.5, losses.RatioSd[0], 6);
        Assert.Equal(Math.Log(2), losses.Dense[0], Digits);
        Assert.Equal(Math.Log(2) * 1.5, losses.Pruned[0], 6);
    }

    [Fact]
    public void The_losses_of_blocks_are_those_of_all_examples()
    {
        float[] dense = [0.5f, 0, 1, -1, 2, 2], pruned = [1, 0, 0.25f, 3, -1, 0];
        var whole = SeedLosses.Of(Gold(0, 1, 1), [(dense, pruned), (pruned, dense)]);

        var blocks = SeedLosses.Zero(3);
        blocks.Set(0, SeedLosses.Of(Gold(0), [(dense[..2], pruned[..2]), (pruned[..2], dense[..2])]));
        blocks.Set(1, SeedLosses.Of(Gold(1, 1), [(dense[2..], pruned[2..]), (pruned[2..], dense[2..])]));

        Assert.Equal(whole.Difference, blocks.Difference);
        Assert.Equal(whole.Ratio, blocks.Ratio);
        Assert.Equal(whole.RatioSd, blocks.RatioSd);
        Assert.Equal(whole.Dense, blocks.Dense);
        Assert.Equal(whole.Pruned, blocks.Pruned);
    }

    [Fact]
    public void The_loss_of_a_confident_model_keeps_its_digits()
    {
        var losses = SeedLosses.Of(Gold(0), [([30, 0], [29, 0])]);

        Assert.Equal(Math.E, losses.Ratio[0], 9); // exp(-29) / exp(-30)
    }

    [Fact]
    public void A_bin_has_the_number_of_its_PIEs_and_the_spread_of_its_losses()
    {
        var losses = new SeedLosses(
            Difference: [1, 3, 7], Ratio: [2, 4, 5], RatioSd: [1, 3, 0], Dense: [1, 1, 1], Pruned: [2, 4, 8]);

        var bins = InfluenceBin.Of([1, 1, 4], [0.1, 0.2, 0.9], [true, false, true], losses);

        Assert.Equal([1, 4], bins.Select(bin => bin.Bin));
        Assert.Equal((2, 1, 0.5), (bins[0].Examples, bins[0].Pies, bins[0].PieShare));
        Assert.Equal((0.1, 0.2), (bins[0].El2nMin, bins[0].El2nMax));
        Assert.Equal((2.0, 1.0), (bins[0].LossDifference, bins[0].LossDifferenceError)); // sd sqrt(2) / sqrt(2)
        Assert.Equal((3.0, 3.0, 3.0), (bins[0].LossRatio, bins[0].LossRatioOfMeans, bins[0].LossRatioMedian));
        Assert.Equal(2 / Math.Sqrt(2), bins[0].LossRatioError!.Value, Digits);
        Assert.Null(bins[1].LossDifferenceError);
    }

    [Fact]
    public void A_dense_loss_of_zero_gives_no_ratio()
    {
        var bin = InfluenceBin.Of([1], [0], [false], SeedLosses.Of(Gold(0), [([60000, -60000], [0, 0])])).Single();

        Assert.Null(bin.LossRatio);
        Assert.Equal(Math.Log(2), bin.LossDifference, Digits);
    }

    /// <summary>
    /// Ratios of three examples over two seeds: infinite (the dense loss is 0 in the first seed only), 1 and 3.
    /// </summary>
    [Fact]
    public void One_infinite_ratio_does_not_change_the_median()
    {
        var sure = (float)Math.Log(1 / ((Math.Cbrt(2) - 1)));                   // -log softmax(sure, 0)[0] = ln 2 / 3
        var losses = SeedLosses.Of(
            Gold(0, 0, 0), [([60000, -60000, 0, 0, sure, 0], new float[6]), ([0, 0, 0, 0, sure, 0], new float[6])]);

        Assert.Equal(double.PositiveInfinity, losses.Ratio[0]);
        Assert.Equal(3, losses.Ratio[2], 5);                                    // `sure` is a float32
        var bin = InfluenceBin.Of([1, 1, 1], [0, 0, 0], [false, false, false], losses).Single();
        Assert.Equal(3, bin.LossRatioMedian!.Value, 5);
        Assert.Null(bin.LossRatio);
        Assert.Null(bin.LossRatioError);
        Assert.NotNull(bin.LossRatioOfMeans);
    }

    [Fact]
    public void A_run_that_lacks_predictions_is_refused()
    {
        Assert.Throws<ArgumentException>(() => El2n.MeanOverSeeds(Gold(0, 1), [[0, 0]]));
        Assert.Throws<ArgumentException>(() => El2n.MeanOverSeeds(Gold(0), []));
        Assert.Throws<ArgumentException>(() => SeedLosses.Of(Gold(0, 1), [([0, 0], [0, 0])]));
    }

    /// <summary>sigmoid(0) = 1/2 and sigmoid(ln 3) = 3/4, against the labels 1 and 0.</summary>
    [Fact]
    public void Multi_label_EL2N_is_the_distance_of_the_labels_probabilities()
    {
        var el2n = El2n.MeanOverSeeds(Sets([0]), [[0, (float)Math.Log(3)], [0, 0]]);

        Assert.Equal((Math.Sqrt(0.25 + 0.5625) + Math.Sqrt(0.5)) / 2, el2n[0], 6);
    }

    /// <summary>-log sigmoid: ln 2 at 0; ln 4 for the probability 3/4 of an absent label.</summary>
    [Fact]
    public void A_multi_label_loss_is_the_mean_over_the_classes_and_so_is_the_ratio()
    {
        var losses = SeedLosses.Of(Sets([0]), [([0, 0], [0, (float)Math.Log(3)])]);

        Assert.Equal(Math.Log(2), losses.Dense[0], Digits);
        Assert.Equal(1.5 * Math.Log(2), losses.Pruned[0], 6);
        Assert.Equal(1.5, losses.Ratio[0], 6);
    }

    [Fact]
    public void Classes_without_examples_have_no_accuracy()
    {
        var (gold, runs) = (Gold3(0, 0, 2), new[] { Gold3(0, 1, 2), Gold3(0, 0, 2) });

        var classes = new ComparedAnswers(gold, runs, runs).Classes();

        Assert.Equal([0.75, null, 1.0], classes.Select(c => c.Dense.Accuracy));
        Assert.Equal([0.75, 0, 1], classes.Select(c => c.Dense.Recall.Mean));
        Assert.All(classes, c => Assert.Null(c.Differing));
    }

    private static PackedLabels Gold(params int[] classes) => PackedLabels.OfClasses(2, classes);

    private static PackedLabels Gold3(params int[] classes) => PackedLabels.OfClasses(3, classes);

    private static PackedLabels Sets(params short[][] sets) => PackedLabels.Of(LearningTask.MultiLabel, 2, sets);
}
