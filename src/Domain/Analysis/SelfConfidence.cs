using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// How much a cohort's probabilities support the gold labels (analysis 8): <see cref="LabelQuality"/> of many examples
/// at once.
/// </summary>
public static class SelfConfidence
{
    /// <param name="gold">The gold labels of the N examples.</param>
    /// <param name="runs">N x C logits of each run, row-major; read once, one run after the other.</param>
    /// <returns>For each example the mean over runs, in [0, 1].</returns>
    /// <exception cref="ArgumentException">There is no run, or a run does not have logits for every
    /// example.</exception>
    public static double[] MeanOverRuns(PackedLabels gold, IEnumerable<float[]> runs)
    {
        var (mean, count, supports) = (new double[gold.Count], 0, new double[gold.ClassCount]);
        foreach (var logits in runs)
        {
            if (logits.Length != gold.Count * gold.ClassCount)
                throw new ArgumentException($"Every run must have predicted all {gold.Count} examples.", nameof(runs));
            count++;
            for (var i = 0; i < mean.Length; i++)
            {
                var row = logits.AsSpan(i * gold.ClassCount, gold.ClassCount);
                mean[i] += gold.Task switch
                {
                    LearningTask.SingleLabel => OfClass(row, gold.ClassAt(i), supports),
                    LearningTask.MultiLabel => OfLabels(row, gold, i, supports),
                };
            }
        }
        if (count == 0) throw new ArgumentException("A mean over runs needs at least one run.", nameof(runs));
        for (var i = 0; i < mean.Length; i++) mean[i] /= count;
        return mean;
    }

    /// <summary>softmax(z)[gold].</summary>
    private static double OfClass(ReadOnlySpan<float> logits, int gold, double[] supports)
    {
        Softmax.Of(logits, supports);
        return supports[gold];
    }

    private static double OfLabels(ReadOnlySpan<float> logits, PackedLabels gold, int example, double[] supports)
    {
        for (var c = 0; c < logits.Length; c++)
            supports[c] = Softmax.Sigmoid(gold.Has(example, c) ? logits[c] : -logits[c]);
        return LabelQuality.EndingWithLeast(supports);
    }
}
