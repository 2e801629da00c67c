using PieService.Domain.Analysis;
using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Measures of one example from the votes of both cohorts.</summary>
public class VoteMeasureTests
{
    private const string File = "analysis.json";

    [Fact]
    public void The_shift_is_that_of_the_reference() => Each(File, "shift", golden =>
    {
        var (votes, expected) = (golden.Ints("dense"), golden.GetProperty("expected"));
        var shift = VoteShift.Of(votes, golden.Ints("pruned"));

        Close(expected.Number("taxicab"), shift.Taxicab);
        Close(expected.Optional("shift"), shift.Shift);
        Close(golden.Optional("self_consistency"), VoteShift.SelfConsistency(votes));
    });

    [Fact]
    public void The_shift_of_several_labels_is_that_of_the_reference() => Each(File, "shift_several_labels", golden =>
    {
        var expected = golden.GetProperty("expected");
        var shift = VoteShift.OfLabels(
            golden.Ints("dense"), golden.Int("dense_runs"), golden.Ints("pruned"), golden.Int("pruned_runs"));

        Close(expected.Number("taxicab"), shift.Taxicab);
        Close(expected.Optional("shift"), shift.Shift);
    });

    [Fact]
    public void The_inclusion_is_that_of_the_reference() => Each(File, "inclusion", golden =>
    {
        int[] dense = golden.Ints("dense"), pruned = golden.Ints("pruned");

        Close(golden.Number("inclusion"), new PieInclusion().Of(dense, pruned));
    });

    [Fact]
    public void The_stability_of_a_set_is_that_of_the_reference() => Each(File, "stability", golden =>
    {
        int[][] dense = golden.Rows("dense"), pruned = golden.Rows("pruned");
        var inclusion = new PieInclusion();
        var stability = InOneBlock.Stability(dense.Zip(pruned, (d, p) => (Mode(d) != Mode(p), inclusion.Of(d, p))));

        Close(golden.Number("expected_flips"), stability.ExpectedFlips);
        Close(golden.Optional("expected_jaccard"), stability.ExpectedJaccard);
    });

    /// <summary>Each label is a vote of its own between having it and not.</summary>
    [Fact]
    public void The_inclusion_of_one_label_is_that_of_its_majority()
    {
        var (a, b) = (ReplicatedMajority.Share(9, 12, 12), ReplicatedMajority.Share(3, 10, 10));

        Close(a + b - (2 * a * b), new PieInclusion().OfLabels([9], 12, [3], 10));
        Close(0, new PieInclusion().OfLabels([], 12, [], 10));
    }

    [Fact]
    public void The_expected_Jaccard_index_of_no_PIEs_is_null() =>
        Assert.Equal(new PieSetStability(0, null), InOneBlock.Stability([(false, 0), (false, 0)]));

    [Fact]
    public void Cohorts_with_other_labels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VoteShift.Of([1, 0], [1]));
        Assert.Throws<ArgumentException>(() => VoteShift.Of([1, 0], [0, 0]));
        Assert.Throws<ArgumentException>(() => VoteShift.OfLabels([1], 2, [1, 0], 2));
        Assert.Throws<ArgumentException>(() => new PieInclusion().Of([1, 0], [1]));
        Assert.Throws<ArgumentException>(() => new PieInclusion().OfLabels([1], 2, [1, 0], 2));
    }

    private static int Mode(int[] votes) => Array.IndexOf(votes, votes.Max());
}
