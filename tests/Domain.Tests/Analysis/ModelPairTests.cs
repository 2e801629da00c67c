using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Analysis;

public class ModelPairTests
{
    [Theory]
    [InlineData(90, 90, true)]
    [InlineData(90, 90.4, true)]        // 10 and 9.6 % are kept: 1.04 times as many
    [InlineData(90.4, 90, true)]
    [InlineData(90, 90.6, false)]       // 10 and 9.4 %: 1.06
    [InlineData(20, 22, true)]          // 80 and 78 %
    [InlineData(99, 98, false)]         // twice as many
    [InlineData(99, 93.9, false)]       // the study's BiLSTM, pruned by impact and by magnitude
    [InlineData(100, 100, true)]
    public void Two_models_are_comparable_if_they_keep_about_the_same_number_of_weights(
        double first, double second, bool comparable)
    {
        var pair = ModelPair.Of(Labelled("a", first, pies: 8), Labelled("b", second, pies: 5), shared: 4);

        Assert.Equal(comparable, pair.Comparable);
        Assert.Equal(second - first, pair.SparsityDifference);
        Assert.Equal(PieOverlap.Of(8, 5, 4, 20), pair.Overlap);
    }

    [Fact]
    public void Two_models_are_not_compared_before_both_are_labelled()
    {
        var pair = ModelPair.Of(Labelled("a", 90, pies: 8), NotLabelled("b"), shared: 0);

        Assert.Equal((null, null, null), (pair.SparsityDifference, pair.Comparable, pair.Overlap));
    }

    private static Comparison Labelled(string model, double achieved, int pies) => new()
    {
        Model = model,
        DenseFingerprint = "",
        PrunedFingerprint = "",
        Summary = new ComparisonSummary(
            3, 3, true, 20, pies, 0, 0, new Spread(achieved, 0), new Spread(0.6, 0), new Spread(0.5, 0), null, null,
            new Spread(0.1, 0), NoiseFloor.None(3, CohortKind.Trained), []),
    };

    private static Comparison NotLabelled(string model) =>
        new() { Model = model, DenseFingerprint = "", PrunedFingerprint = "" };
}
