using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// How much a cohort's probabilities support the gold labels: <see cref="LabelQuality"/> of many examples
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
        var (mean, count, supports) = (new double[gold.Count], 0, new double[gold.Count * gold.ClassCount]);
        foreach (var logits in runs)
        {
            if (logits.Length != supports.Length)
                throw new ArgumentException($"Every run must have predicted all {gold.Count} examples.", nameof(runs));
            count++;
            switch (gold.Task)
            {
                case LearningTask.SingleLabel: AddOfClasses(logits, gold, supports, mean); break;
                case LearningTask.MultiLabel: AddOfLabels(logits, gold, supports, mean); break;
            }
        }
        if (count == 0) throw new ArgumentException("A mean over runs needs at least one run.", nameof(runs));
        for (var i = 0; i < mean.Length; i++) mean[i] /= count;
        return mean;
    }

    /// <summary>softmax(z)[gold].</summary>
    private static void AddOfClasses(float[] logits, PackedLabels gold, double[] supports, double[] sums)
    {
        Softmax.OfRows(logits, gold.ClassCount, supports);
        for (var i = 0; i < sums.Length; i++) sums[i] += supports[(i * gold.ClassCount) + gold.ClassAt(i)];
    }

    private static void AddOfLabels(float[] logits, PackedLabels gold, double[] supports, double[] sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            var row = logits.AsSpan(i * gold.ClassCount, gold.ClassCount);
            var ofRow = supports.AsSpan(i * gold.ClassCount, gold.ClassCount);
            for (var c = 0; c < row.Length; c++) ofRow[c] = Softmax.Sigmoid(gold.Has(i, c) ? row[c] : -row[c]);
            sums[i] += LabelQuality.EndingWithLeast(ofRow);
        }
    }
}
