using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Pies;

public class ComparisonWarningsTests
{
    [Fact]
    public void A_comparison_without_doubt_has_no_warnings() => Assert.Equal("", Codes(Summary(5)));

    [Theory]
    [InlineData(2, "")]
    [InlineData(3, "prunedCollapsed")]
    [InlineData(5, "prunedCollapsed")]
    public void A_cohort_has_collapsed_if_most_of_its_runs_have(int runs, string codes) =>
        Assert.Equal(codes, Codes(Summary(5) with { PrunedCollapsed = runs }));

    [Fact]
    public void A_collapsed_dense_cohort_is_reported_apart() =>
        Assert.Equal("denseCollapsed", Codes(Summary(5) with { DenseCollapsed = 4 }));

    [Fact]
    public void PIEs_with_a_tied_vote_are_counted() => Assert.StartsWith(
        "The vote of a cohort is tied on 3 of 8 PIEs.",
        Assert.Single(ComparisonWarnings.Of(Summary(4) with { TiedPies = 3 }, CohortKind.Trained)).Message,
        StringComparison.Ordinal);

    /// <summary>Five votes about three labels are tied by 2:2:1.</summary>
    [Theory]
    [InlineData(5, 5, false)]
    [InlineData(4, 4, true)]
    [InlineData(5, 4, true)]
    [InlineData(4, 5, true)]
    public void An_odd_number_of_seeds_is_advised_only_if_a_cohort_has_an_even_one(int dense, int pruned, bool advised)
    {
        var summary = Summary(dense) with { PrunedSeeds = pruned, TiedPies = 3 };

        var message = Assert.Single(ComparisonWarnings.Of(summary, CohortKind.Trained)).Message;

        Assert.EndsWith(
            advised ? "with minMargin, or submit a sweep with an odd number of seeds." : "with minMargin.",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_does_not_tell_churn_from_an_effect_and_has_no_noise_floor() =>
        Assert.Equal(
            "oneSeed noNoiseFloor", Codes(Summary(1) with { NoiseFloor = NoiseFloor.None(1, CohortKind.Trained) }));

    /// <summary>Nobody can request more runs of models that other programs made.</summary>
    [Theory]
    [InlineData(1, 1, "do not show what the compression does to other models")]
    [InlineData(1, 5, "import more runs of the baseline")]
    [InlineData(2, 2, "import an odd number of runs")]
    public void Warnings_of_imported_predictions_ask_for_no_seeds(int dense, int pruned, string advice)
    {
        var summary = Summary(dense) with
        {
            PrunedSeeds = pruned,
            TiedPies = dense == 2 ? 1 : 0,
            DenseCollapsed = dense,
            PrunedCollapsed = pruned,
            NoiseFloor = NoiseFloor.None(dense, CohortKind.Foreign),
        };

        var messages = string.Join('\n', ComparisonWarnings.Of(summary, CohortKind.Foreign).Select(one => one.Message));

        Assert.Contains(advice, messages, StringComparison.Ordinal);
        Assert.Contains("import more runs of it", messages, StringComparison.Ordinal);
        Assert.Contains("if replication is none, all runs again", messages, StringComparison.Ordinal);
        Assert.Contains("Check that the answers were read", messages, StringComparison.Ordinal);
        foreach (var word in new[] { "seed", "request", "train", "pruning" })
            Assert.DoesNotContain(word, messages, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Two dense and two pruned runs vote on three examples. On the second the dense vote is tied and differs from the
    /// pruned one; on the third it is tied and does not.
    /// </summary>
    [Fact]
    public void The_summary_counts_the_PIEs_with_a_tied_vote()
    {
        var gold = Answers.Packed(0, 1, 2);
        var answers = new ComparedAnswers(
            gold, [Answers.Packed(0, 0, 1), Answers.Packed(0, 1, 2)],
            [Answers.Packed(1, 1, 1), Answers.Packed(1, 1, 1)]);

        var summary = answers.Summary();

        Assert.Equal((2, 2, 1), (summary.Pies, summary.DenseTies, summary.TiedPies));
        // The first dense run is right about one of three texts, which is what chance gives.
        Assert.Equal((1, 2), (summary.DenseCollapsed, summary.PrunedCollapsed));
    }

    private static string Codes(ComparisonSummary summary) =>
        string.Join(' ', ComparisonWarnings.Of(summary, CohortKind.Trained).Select(warning => Wire.Name(warning.Code)));

    private static ComparisonSummary Summary(int seeds) => new(
        seeds, seeds, true, 20, 8, 0, 0, new Spread(90, 0), new Spread(0.6, 0), new Spread(0.5, 0), null, null,
        new Spread(0.1, 0), new NoiseFloor(NoiseFloorKind.Halves, 2, 3, 0.1, 0.01, 0.1, 0.1, 0.1, null), []);
}
