using System.Text.Json;
using PieService.Domain.Analysis;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Measures of one example over sparsities, and of its label.</summary>
public class OneExampleTests
{
    private const string File = "analysis.json";

    [Fact]
    public void Trajectories_are_those_of_the_reference() => Each(File, "trajectory", golden =>
    {
        var expected = golden.GetProperty("expected");
        var trajectory = PieTrajectory.Of([.. golden.Numbers("sparsities").Zip(
            golden.GetProperty("is_pie").EnumerateArray().Select(isPie => isPie.GetBoolean()))]);

        Assert.Equal(expected.Optional("first_flip"), trajectory.FirstFlip);
        Assert.Equal(expected.Optional("lasting_flip"), trajectory.LastingFlip);
        Assert.Equal(expected.Int("returns"), trajectory.Returns);
        Assert.Equal(expected.GetProperty("monotone").GetBoolean(), trajectory.IsMonotone);
    });

    [Fact]
    public void Half_sparsities_are_those_of_the_reference() => Each(File, "half_sparsity", golden => Close(
        golden.GetProperty("expected").Optional("half_sparsity"),
        PieTrajectory.HalfSparsity([.. golden.Numbers("sparsities").Zip(golden.Numbers("shares"))])));

    [Fact]
    public void A_fragile_example_has_the_means_of_its_comparisons()
    {
        var example = FragileExample.Of(
            [(90, true, new(1, 0.5)), (50, false, new(0.5, 0.1)), (70, true, new(1.5, null))]);

        Assert.Equal((3, 2, 1.0, 70.0), (example.Comparisons, example.PieCount, example.Taxicab, example.FirstFlip));
        Close(0.3, example.Shift);
        Assert.Equal(
            new FragileExample(1, 0, 2, null, null), FragileExample.Of([(50, false, new VoteShift(2, null))]));
        Assert.Throws<ArgumentException>(() => FragileExample.Of([]));
    }

    [Fact]
    public void The_quality_of_a_label_is_that_of_the_reference() => Each(File, "label_quality", golden =>
    {
        var expected = golden.GetProperty("expected");
        var quality = LabelQuality.Of(Logits(golden), golden.Int("gold"), golden.Numbers("accuracies"));

        Close(expected.Number("self_confidence"), quality.SelfConfidence);
        Close(expected.Number("self_confidence_by_accuracy"), quality.ByAccuracy);
        Close(expected.Number("normalized_margin"), quality.NormalizedMargin);
    });

    [Fact]
    public void The_quality_of_several_labels_is_that_of_the_reference() => Each(
        File, "label_quality_several_labels", golden => Close(
            golden.Number("self_confidence"),
            LabelQuality.OfLabels(Logits(golden), [.. golden.Ints("gold").Select(has => has == 1)])));

    [Fact]
    public void Runs_that_are_never_right_have_no_weights()
    {
        var quality = LabelQuality.Of([[0, 0], [0, 0]], 0, [0, 0]);

        Assert.Equal(new LabelQuality(0.5, null, 0.5), quality);
    }

    [Fact]
    public void Every_run_needs_an_accuracy()
    {
        Assert.Throws<ArgumentException>(() => LabelQuality.Of([[1, 2]], 0, []));
        Assert.Throws<ArgumentException>(() => LabelQuality.Of([], 0, []));
    }

    [Fact]
    public void Neighbours_have_the_nearest_number_of_tokens_and_equally_near_ones_are_in_order()
    {
        int[] tokens = [12, 30, 11, 8];

        var nearest = Neighbours.ByLength(
            tokens.Select((count, position) => new Neighbour(position, count, null)), 10, count: 3);

        Assert.Equal([2, 0, 3], nearest.Select(neighbour => neighbour.Position));
    }

    /// <summary>The weights of scikit-learn's TfidfVectorizer with its defaults.</summary>
    [Fact]
    public void Texts_are_similar_by_the_cosine_of_their_weighted_tokens()
    {
        string[][] texts = [["a", "b"], ["a", "c"], ["c", "c"]];
        var tally = new TermWeights.Tally();
        foreach (var text in texts) tally.Add(text);
        var weights = tally.Weights();
        List<IReadOnlyDictionary<string, double>> of = [.. texts.Select(weights.Of)];

        // idf is ln(4/3) + 1 of a and c, and ln(4/2) + 1 of b.
        double shared = Math.Log(4.0 / 3) + 1, rare = Math.Log(2) + 1;
        Assert.Equal(
            shared / Math.Sqrt((shared * shared) + (rare * rare)) / Math.Sqrt(2), TermWeights.Cosine(of[0], of[1]), 12);
        Assert.Equal(1 / Math.Sqrt(2), TermWeights.Cosine(of[1], of[2]), 12);
        Assert.Equal((0, 1), (TermWeights.Cosine(of[0], of[2]), Math.Round(TermWeights.Cosine(of[2], of[2]), 12)));
    }

    private static double[][] Logits(JsonElement golden) => [.. golden.GetProperty("logits").EnumerateArray()
        .Select(run => run.EnumerateArray().Select(logit => logit.GetDouble()).ToArray())];
}
