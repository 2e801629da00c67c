namespace PieService.Domain.Analysis;

/// <summary>
/// How much a cohort's probabilities support the gold label of one example, as cleanlab computes it (Northcutt,
/// Jiang and Chuang 2021, for ensembles Goh, Tkachenko and Mueller 2022). A low value makes the label suspect.
/// </summary>
/// <param name="SelfConfidence">Mean over runs of the probability of the gold class, in [0, 1].</param>
/// <param name="ByAccuracy">The same mean, with the runs weighted by their accuracies; null if all accuracies are
/// 0.</param>
/// <param name="NormalizedMargin">Mean over runs of (p_gold - largest other p + 1) / 2, in [0, 1].</param>
public sealed record LabelQuality(double SelfConfidence, double? ByAccuracy, double NormalizedMargin)
{
    /// <summary>For single-label data.</summary>
    /// <param name="logits">C logits of each run, at least one run and two classes.</param>
    /// <param name="gold">The gold class, in 0 to C - 1.</param>
    /// <param name="accuracies">The accuracy of each run, in [0, 1].</param>
    /// <exception cref="ArgumentException">There is no run, or not every run has an accuracy.</exception>
    public static LabelQuality Of(
        IReadOnlyList<double[]> logits, int gold, IReadOnlyList<double> accuracies)
    {
        if (logits.Count == 0 || logits.Count != accuracies.Count)
            throw new ArgumentException("Every run has an accuracy, and there is at least one.", nameof(accuracies));
        var (confidence, weighted, margin) = (0.0, 0.0, 0.0);
        foreach (var (run, accuracy) in logits.Zip(accuracies))
        {
            var p = Softmax.Of(run);
            confidence += p[gold];
            weighted += accuracy * p[gold];
            margin += (p[gold] - p.Where((_, c) => c != gold).Max() + 1) / 2;
        }
        var weights = accuracies.Sum();
        return new(
            confidence / logits.Count, weights == 0 ? null : weighted / weights, margin / logits.Count);
    }

    /// <summary>
    /// For multi-label data: the probability of each label's gold value, sorted descending, in an exponential moving
    /// average e = 0.8 s + 0.2 e that ends with the least certain label; mean over runs.
    /// </summary>
    /// <param name="logits">C logits of each run, at least one run and one label.</param>
    /// <param name="gold">Whether the example has each of the C labels.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="InvalidOperationException">There is no run.</exception>
    public static double OfLabels(IReadOnlyList<double[]> logits, IReadOnlyList<bool> gold) => logits.Average(run =>
        EndingWithLeast([.. run.Zip(gold, (logit, has) => Softmax.Sigmoid(has ? logit : -logit))]));

    /// <summary>The moving average of the supports, which are sorted in place.</summary>
    internal static double EndingWithLeast(Span<double> supports)
    {
        supports.Sort();
        var average = supports[^1];
        for (var i = supports.Length - 2; i >= 0; i--) average = (0.8 * supports[i]) + (0.2 * average);
        return average;
    }
}
