using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Statistics;

/// <summary>The tests of one example, made of the tests of its labels.</summary>
internal sealed class TestsOfLabels
{
    private readonly ExactTest exact = new();
    private readonly PairedTest paired = new();
    private readonly CombinedTest combined = new();

    /// <summary>For multi-label data: the runs that predict a label against those that do not.</summary>
    public TestedVotes[] Each(int[] dense, int denseRuns, int[] pruned, int prunedRuns) =>
        [.. dense.Zip(pruned, (a, b) => exact.Of([a, denseRuns - a], [b, prunedRuns - b]))];

    public TestedVotes OfLabels(int[] dense, int denseRuns, int[] pruned, int prunedRuns) =>
        combined.Of(Each(dense, denseRuns, pruned, prunedRuns));

    /// <summary>For the answers of each seed. Two labels are one test: one is predicted where the other is
    /// not.</summary>
    public TestedVotes OfPairs(int[] dense, int[] pruned, int labels)
    {
        TestedVotes[] tests = [.. Enumerable.Range(0, labels == 2 ? 1 : labels).Select(c => paired.Of(
            dense.Zip(pruned).Count(pair => pair.First == c && pair.Second != c),
            dense.Zip(pruned).Count(pair => pair.First != c && pair.Second == c)))];
        return combined.Of(tests);
    }
}
