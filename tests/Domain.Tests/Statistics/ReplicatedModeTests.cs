using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class ReplicatedModeTests
{
    [Fact]
    public void The_distribution_of_the_mode_is_that_of_the_reference() => Each("analysis.json", "inclusion", golden =>
    {
        foreach (var cohort in new[] { "dense", "pruned" })
        {
            var votes = golden.Ints(cohort);
            Close(golden.Numbers($"{cohort}_mode"), ReplicatedMode.AfterVotes(votes, votes.Sum()));
        }
    });

    [Fact]
    public void The_share_of_the_majority_is_that_of_the_reference() => Each(
        "analysis.json", "majority_inclusion", golden => Close(
            golden.Number("share"),
            ReplicatedMajority.Share(golden.Int("votes"), golden.Int("runs"), golden.Int("more_runs"))));

    [Fact]
    public void Thousands_of_votes_neither_overflow_nor_vanish()
    {
        Close(1, ReplicatedMode.AfterVotes([1500, 500], 2000)[0]);
        Assert.InRange(ReplicatedMajority.Share(1000, 2000, 2001), 0.499, 0.501);
    }

    [Fact]
    public void Many_labels_have_a_distribution_with_the_sum_1() =>
        Close(1, ReplicatedMode.AfterVotes([.. Enumerable.Range(0, 90).Select(c => c % 30 == 0 ? 10 : 0)], 30).Sum());

    [Fact]
    public void A_cohort_without_votes_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ReplicatedMode.AfterVotes([0, 0], 3));
        Assert.Throws<ArgumentException>(() => ReplicatedMode.AfterVotes([2, -1], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReplicatedMode.AfterVotes([2, 1], 0));
    }
}
