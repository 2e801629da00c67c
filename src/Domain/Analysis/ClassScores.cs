using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The classes of a comparison: the distribution of PIEs over them, and both cohorts' scores for each.
/// </summary>
public sealed class ClassScores
{
    public Guid ComparisonId { get; init; }

    /// <summary>The index of the class in the order of the dataset.</summary>
    public required IReadOnlyList<ClassScore> Classes { get; init; }
}

/// <param name="Examples">The number of examples with the class as gold label.</param>
/// <param name="Pies">The number of PIEs among them. Over all classes this is the histogram of the PIEs' gold labels;
/// for multi-label data, the sum of their label vectors.</param>
/// <param name="Differing">For multi-label data, the number of examples on which the majorities about this class
/// differ, its own PIEs; null for single-label data.</param>
/// <param name="Recall">Whether pruning hurts the class more than the model; null for a class without examples, and for
/// cohorts of one run.</param>
/// <param name="Residual">
/// How many PIEs the class has beyond its share, as <see cref="PieClasses"/> gives it; null if it
/// cannot be computed.</param>
public sealed record ClassScore(
    int Examples, int Pies, int? Differing, CohortClassScore Dense, CohortClassScore Pruned, ClassRecall? Recall = null,
    double? Residual = null)
{
    /// <summary>
    /// The distribution over the classes, scaled to a sum of 1 as the study plots it (1.12, "normalised").
    /// </summary>
    /// <param name="counts">The counts of each class: labels of the examples or of the PIEs, or PIEs of the
    /// class.</param>
    /// <returns>All values are null if all counts are 0.</returns>
    public static IReadOnlyList<double?> Distribution(IEnumerable<int> counts)
    {
        int[] all = [.. counts];
        var sum = all.Sum(count => (long)count);
        return [.. all.Select(count => sum == 0 ? null : (double?)count / sum)];
    }
}

/// <summary>The scores of the runs of a cohort on one class; each run is evaluated with its own threshold.</summary>
/// <param name="Accuracy">
/// The accuracy over all runs together: correct predictions / (runs x examples of the class); null if the class has no
/// examples, and for multi-label data.
/// </param>
/// <param name="F1">The F1 over the runs; like precision and recall, 0 for 0/0.</param>
public sealed record CohortClassScore(double? Accuracy, Spread Precision, Spread Recall, Spread F1)
{
    public static CohortClassScore Of(IReadOnlyList<LabelCounts> runs, int c, bool isSingleLabel) => new(
        isSingleLabel && runs[0].Given[c] > 0
            ? (double)runs.Sum(run => (long)run.Hits[c]) / runs.Count / runs[0].Given[c] : null,
        Spread.Of([.. runs.Select(run => run.Precision(c))]),
        Spread.Of([.. runs.Select(run => run.Recall(c))]),
        Spread.Of([.. runs.Select(run => run.F1(c))]));
}
