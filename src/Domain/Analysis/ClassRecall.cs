using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// A test of whether pruning hurts a class more than the model (Hooker et al. 2019): Welch's test of the runs'
/// recall of the class, less the mean accuracy of their cohort.
/// </summary>
/// <param name="Test">Pruned minus dense: negative if the class is hurt more than the model.</param>
/// <param name="Holm">p adjusted by Holm over the classes that have one; null if this one has none.</param>
/// <param name="Q">q by Benjamini and Hochberg over the same classes.</param>
public sealed record ClassRecall(WelchTest Test, double? Holm, double? Q)
{
    /// <param name="dense">The counts of each dense run, at least two.</param>
    /// <param name="pruned">Those of each pruned run, at least two.</param>
    /// <returns>One for each of the C classes; null for a class without examples. For multi-label data, the mean recall
    /// of the labels that have examples takes the place of the accuracy; without such a label it is 0.</returns>
    /// <exception cref="ArgumentException">A cohort has fewer than two runs.</exception>
    public static IReadOnlyList<ClassRecall?> Of(
        LearningTask task, IReadOnlyList<LabelCounts> dense, IReadOnlyList<LabelCounts> pruned)
    {
        if (dense.Count < 2 || pruned.Count < 2)
            throw new ArgumentException("Welch's test needs at least two runs of each cohort.");
        var (denseMean, prunedMean) = (MeanScore(dense, task), MeanScore(pruned, task));
        var given = dense[0].Given;
        var tests = Enumerable.Range(0, given.Length).Select(c => given[c] == 0 ? null : WelchTest.Of(
            [.. pruned.Select(run => run.Recall(c) - prunedMean)],
            [.. dense.Select(run => run.Recall(c) - denseMean)])).ToList();

        double[] p = [.. tests.Select(test => test?.P).OfType<double>()];
        var (holm, q, next) = (AdjustedP.Holm(p), AdjustedP.BenjaminiHochberg(p), 0);
        return [.. tests.Select(test => test switch
        {
            null => null,
            { P: null } => new ClassRecall(test, null, null),
            _ => new ClassRecall(test, holm[next], q[next++]),
        })];
    }

    private static double MeanScore(IReadOnlyList<LabelCounts> runs, LearningTask task) => task switch
    {
        LearningTask.SingleLabel => runs.Average(run => (double)run.Exact / run.Examples),
        LearningTask.MultiLabel => runs.Average(run =>
            Enumerable.Range(0, run.Given.Length).Where(c => run.Given[c] > 0).Select(run.Recall).DefaultIfEmpty()
                .Average()),
    };
}
