using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class SeedPlanTests
{
    private const string File = "analysis.json";

    /// <summary>For one example with the probability p, the sums are p^2 and 2 p - p^2.</summary>
    [Fact]
    public void The_probability_with_the_shares_that_were_seen_is_that_of_the_reference() => Each(
        File, "inclusion", golden =>
        {
            var (dense, p) = (golden.Ints("dense"), golden.Number("plug_in"));

            Close(
                p == 0 ? null : p * p / ((2 * p) - (p * p)),
                Plan(halves: null, new VotedAlike(dense, golden.Ints("pruned"), 1)).Overlap(dense.Sum()));
        });

    [Fact]
    public void The_Jaccard_index_of_more_seeds_is_that_of_the_reference() => Each(File, "stability", golden =>
    {
        var (dense, pruned, halves) = (golden.Rows("dense"), golden.Rows("pruned"), golden.Number("half_jaccard"));

        var plan = Plan(halves, [.. dense.Zip(pruned, (d, p) => new VotedAlike(d, p, 1))]);

        foreach (var more in golden.GetProperty("jaccard").EnumerateObject())
            Close(more.Value.GetDouble(), plan.Jaccard(int.Parse(more.Name, null)));
        Close(halves, plan.Jaccard(golden.Int("half_seeds")));
    });

    [Fact]
    public void Examples_that_are_counted_weigh_as_often_as_they_are()
    {
        VotedAlike one = new([6, 2, 0], [3, 4, 1], 1), other = new([5, 0, 3], [4, 0, 4], 1);

        Close(
            Plan(0.4, one, other, other, other).Jaccard(20), Plan(0.4, one, other with { Examples = 3 }).Jaccard(20));
    }

    /// <summary>The votes of two labels, of which every run predicts exactly one, are those of each label.</summary>
    [Fact]
    public void A_label_of_multi_label_data_is_a_vote_of_two_labels()
    {
        var plan = new SeedPlan(
            LearningTask.MultiLabel, [new([6, 0, 9], [3, 0, 9], 2)], ComparedCohorts.OfSeeds(9), halves: 0.3);

        // Odd numbers of seeds have no ties.
        Close(Plan(0.3, new VotedAlike([6, 3], [3, 6], 2)).Overlap(15), plan.Overlap(15));
    }

    /// <summary>The halves have half of the runs of the smaller cohort, so h = 2 here.</summary>
    [Fact]
    public void The_plan_of_unequal_cohorts_starts_from_halves_of_the_smaller_one()
    {
        var plan = new SeedPlan(
            LearningTask.SingleLabel, [new([15, 5], [2, 3], 1), new([20, 0], [3, 2], 4)],
            new(20, 5, Paired: false) { Kind = CohortKind.Foreign }, halves: 0.3);

        Close(0.3, plan.Jaccard(2));
        Assert.InRange(plan.SeedsNeeded(0.3)!.Value, 1, 5);
    }

    /// <summary>The votes of the first label are halved and unanimous. The other labels leave no choice.</summary>
    [Theory]
    [InlineData(4, 10)]
    [InlineData(10, 4)]
    public void A_label_of_unequal_cohorts_has_the_shares_of_each(int dense, int pruned)
    {
        var cohorts = new ComparedCohorts(dense, pruned, Paired: false) { Kind = CohortKind.Foreign };
        var plan = new SeedPlan(
            LearningTask.MultiLabel, [new([dense / 2, dense, 0], [pruned, pruned, 0], 2)], cohorts, halves: 0.3);

        Close(Plan(0.3, new VotedAlike([5, 5], [10, 0], 2)).Overlap(15), plan.Overlap(15));
        Close(0.3, plan.Jaccard(2));
    }

    [Fact]
    public void The_seeds_that_are_needed_reach_the_target_and_one_seed_fewer_does_not()
    {
        var plan = Plan(0.35, new([15, 6], [7, 14], 5), new([13, 8], [12, 9], 20), new([20, 1], [18, 3], 100));

        var needed = plan.SeedsNeeded(0.6)!.Value;

        Assert.InRange(needed, 22, SeedPlan.MostSeeds);
        Assert.True(plan.Jaccard(needed) >= 0.6);
        Assert.False(plan.Jaccard(needed - 1) >= 0.6);
        Assert.InRange(plan.SeedsNeeded(0.36)!.Value, 2, 21);
    }

    [Fact]
    public void A_target_that_1000_seeds_do_not_reach_has_no_number_of_seeds()
    {
        Assert.Null(Plan(0.01, new VotedAlike([11, 10], [10, 11], 1)).SeedsNeeded(0.99));
        Assert.Null(Plan(halves: null, new VotedAlike([11, 10], [10, 11], 1)).SeedsNeeded(0.5));
    }

    [Fact]
    public void Without_an_undecided_example_there_is_no_Jaccard_index() =>
        Assert.Null(Plan(0.5, new VotedAlike([8, 0], [8, 0], 7)).Jaccard(16));

    /// <summary>With 1,000 votes of 5 : 1 the mode is certain.</summary>
    [Fact]
    public void Seeds_with_which_no_PIE_is_expected_have_no_Jaccard_index()
    {
        var plan = Plan(0.3, new VotedAlike([5, 1], [5, 1], 100));

        Assert.NotNull(plan.Jaccard(6));
        Assert.Null(plan.Jaccard(1000));
        Assert.Null(plan.SeedsNeeded(0.99));
    }

    [Fact]
    public void The_Jaccard_index_is_at_most_1() =>
        Assert.Equal(1, Plan(0.9, new VotedAlike([8, 2], [2, 8], 1)).Jaccard(500));

    /// <summary>More different votes than are computed: a part of the examples stands for all.</summary>
    [Fact]
    public void Thousands_of_different_votes_are_represented_by_evenly_spaced_examples()
    {
        VotedAlike[] examples =
        [
            .. from a in Enumerable.Range(0, 16)
               from b in Enumerable.Range(0, 16)
               from c in Enumerable.Range(0, 16)
               select new VotedAlike([20 + a, 20 + b, 20 + c, 1], [20 + b, 20 + a, 20 + c, 1], 1),
        ];

        // For one example, g = p / (2 - p).
        double[] p = [.. examples.Select(example => Plan(0.3, example).Overlap(9)!.Value).Select(g => 2 * g / (1 + g))];

        Assert.Equal(
            p.Sum(one => one * one) / p.Sum(one => (2 * one) - (one * one)), Plan(0.3, examples).Overlap(9)!.Value,
            0.01);
    }

    private static SeedPlan Plan(double? halves, params VotedAlike[] examples) =>
        new(LearningTask.SingleLabel, examples, ComparedCohorts.OfSeeds(examples[0].Dense.Sum()), halves);
}
