using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// The definition of a PIE: an example on which the majority of the pruned runs and the majority of the
/// dense runs differ. Single-label data: the majority is the class with most votes, ties go to the smallest index, in
/// both cohorts. Multi-label data: the set of the labels that more than half of the runs predict.
/// </summary>
public static class PieLabeling
{
    /// <param name="gold">The gold labels of the N examples.</param>
    /// <param name="dense">The predictions of each dense run.</param>
    /// <param name="pruned">The predictions of each pruned run.</param>
    /// <returns>One result for each example. They are computed again for each enumeration, so that the votes of all
    /// need not be kept.</returns>
    /// <exception cref="ArgumentException">A cohort is empty, or a run did not predict every example.</exception>
    public static IEnumerable<LabelledExample> Label(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        if (dense.Count == 0 || pruned.Count == 0) throw new ArgumentException("Both cohorts need at least one run.");
        if (!dense.Concat(pruned).All(gold.IsLike))
            throw new ArgumentException($"Every run must have predicted all {gold.Count} examples.");

        return Enumerable.Range(0, gold.Count).Select(example => gold.Task switch
        {
            LearningTask.SingleLabel =>
                LabelledExample.SingleLabel(example, gold, Votes(dense, example), Votes(pruned, example)),
            LearningTask.MultiLabel => LabelledExample.MultiLabel(
                example, gold, new(Votes(dense, example), dense.Count), new(Votes(pruned, example), pruned.Count)),
        });
    }

    private static int[] Votes(IReadOnlyList<PackedLabels> cohort, int example)
    {
        var votes = new int[cohort[0].ClassCount];
        foreach (var run in cohort) run.Vote(example, votes);
        return votes;
    }
}
