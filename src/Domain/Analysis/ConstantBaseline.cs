using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>A run of single-label data, compared with a model that always answers the same.</summary>
/// <param name="Entropy">That of the predicted classes, divided by ln C, in [0, 1]: 0 if all answers are the
/// same; null if there is only one class.</param>
/// <param name="MajorityShare">The accuracy of always answering the most frequent gold class, the smallest of
/// several.</param>
/// <param name="MajorityP">P(Bin(b + e, 1/2) at least b) of the examples b on which only the run is right and e on
/// which only the constant answer is right: large if the run cannot be distinguished from it.</param>
public sealed record ConstantBaseline(double? Entropy, double MajorityShare, double MajorityP)
{
    /// <param name="gold">The gold classes of the N examples, at least one.</param>
    /// <param name="predicted">The run's predictions.</param>
    /// <exception cref="ArgumentException">The data are multi-label, there are no examples, or not every example has a
    /// prediction.</exception>
    public static ConstantBaseline Of(PackedLabels gold, PackedLabels predicted)
    {
        if (gold.Task != LearningTask.SingleLabel || gold.Count == 0)
            throw new ArgumentException("There must be examples of single-label data.", nameof(gold));
        var counts = LabelCounts.Of(gold, predicted);
        var (majority, n) = (Array.IndexOf(counts.Given, counts.Given.Max()), (double)gold.Count);
        // The run and the constant answer are both right where the run predicts the majority class correctly.
        var both = counts.Hits[majority];
        var (onlyRun, onlyConstant) = (counts.Exact - both, counts.Given[majority] - both);
        var entropy = -counts.Predicted.Where(count => count > 0).Sum(count => count / n * Math.Log(count / n));
        return new(
            gold.ClassCount == 1 ? null : Math.Max(0, entropy / Math.Log(gold.ClassCount)), counts.Given[majority] / n,
            FairCoin.AtLeast(onlyRun, onlyRun + onlyConstant));
    }
}
