using PieService.Domain.Datasets;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The tests of whether both cohorts draw their votes on an example from one distribution, for one example
/// after the other. What was computed for the votes of one example is kept for others that have the same. Not
/// thread-safe.
/// </summary>
/// <param name="classCount">C.</param>
public sealed class ExampleTests(LearningTask task, int classCount)
{
    private static readonly TestedVotes Untestable = new(1, NullDistribution.Constant);

    private readonly ExactTest exact = new();
    private readonly PairedTest paired = new();
    private readonly CombinedTest combined = new(), combinedPairs = new();
    private readonly TestedVotes[] ofLabels = new TestedVotes[classCount];

    /// <summary>The exact test; of multi-label data, combined of that of each label, where the runs that predict it are
    /// compared with those that do not.</summary>
    /// <param name="dense">The votes for each of the C labels.</param>
    /// <param name="denseRuns">The number of dense runs, at least 1.</param>
    /// <param name="pruned">The votes of the pruned cohort.</param>
    /// <param name="prunedRuns">The number of pruned runs, at least 1.</param>
    public TestedVotes Unpaired(ReadOnlySpan<int> dense, int denseRuns, ReadOnlySpan<int> pruned, int prunedRuns)
    {
        if (task == LearningTask.SingleLabel) return exact.Of(dense, pruned);
        for (var c = 0; c < classCount; c++)
            ofLabels[c] = dense[c] + pruned[c] == 0
                ? Untestable
                : exact.Of([dense[c], denseRuns - dense[c]], [pruned[c], prunedRuns - pruned[c]]);
        return combined.Of(ofLabels);
    }

    /// <summary>
    /// McNemar's exact test of each label, combined. Two labels of single-label data are one test: one is predicted
    /// where the other is not.
    /// </summary>
    public TestedVotes Paired(DiscordantSeeds seeds)
    {
        var labels = task == LearningTask.SingleLabel && classCount == 2 ? 1 : classCount;
        for (var c = 0; c < labels; c++) ofLabels[c] = paired.Of(seeds.DenseOnly[c], seeds.PrunedOnly[c]);
        return combinedPairs.Of(ofLabels.AsSpan(0, labels));
    }
}
