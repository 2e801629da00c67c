using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Confidence and variability on numbers that can be checked by hand.</summary>
public sealed class CartographyTests
{
    [Fact]
    public void The_confidence_is_the_mean_and_the_variability_the_deviation_of_the_probability_of_the_gold_label()
    {
        // Two examples of the classes 0 and 1. Logits ln 9 and 0 have the probabilities 0.9 and 0.1; equal ones 0.5.
        var map = new Cartography(PackedLabels.OfClasses(2, 0, 1));
        var nine = (float)Math.Log(9);
        map.Add(0, [[nine, 0, nine, 0], [0, 0, 0, nine]]);
        map.Count(2);

        Assert.Equal((0.9 + 0.5) / 2, map.Confidence(0), 6);
        Assert.Equal(0.2, map.Variability(0), 6);
        Assert.Equal((0.1 + 0.9) / 2, map.Confidence(1), 6);
        Assert.Equal(0.4, map.Variability(1), 6);
    }

    [Fact]
    public void Blocks_and_epochs_give_the_same_map_as_all_models_at_once()
    {
        var gold = PackedLabels.OfClasses(2, 0, 1, 1);
        float[][] models = [[1, 0, 2, 1, 0, 3], [0, 1, 1, 1, 2, 2]];
        var (whole, parts) = (new Cartography(gold), new Cartography(gold));
        whole.Add(0, models);
        whole.Count(2);
        foreach (var model in models)
        {
            parts.Add(0, [model[..4]]);
            parts.Add(2, [model[4..]]);
            parts.Count(1);
        }

        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(
            (whole.Confidence(i), whole.Variability(i)), (parts.Confidence(i), parts.Variability(i))));
    }

    [Fact]
    public void For_multi_label_data_the_confidence_is_the_mean_probability_of_the_right_answers()
    {
        var gold = PackedLabels.Of(LearningTask.MultiLabel, 2, [[(short)0], []]);
        var map = new Cartography(gold);
        var nine = (float)Math.Log(9);
        map.Add(0, [[nine, nine, -nine, 0]]);
        map.Count(1);

        Assert.Equal((0.9 + 0.1) / 2, map.Confidence(0), 6);
        Assert.Equal((0.9 + 0.5) / 2, map.Confidence(1), 6);
        Assert.Equal(0, map.Variability(0));
    }
}
