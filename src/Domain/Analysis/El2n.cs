using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The distance of early models from the gold labels: the influence of an example on training (Data Diet,
/// 2107.07075).
/// </summary>
public static class El2n
{
    /// <param name="gold">Labels of the N examples.</param>
    /// <param name="runs">
    /// N x C logits of each dense run after an early epoch, row-major; read once, one after the other.
    /// </param>
    /// <returns>
    /// For each example the mean over runs of ||softmax(logits) - onehot(gold)||, in [0, sqrt(2)]; of multi-label data
    /// of ||sigmoid(logits) - gold||, in [0, sqrt(C)].
    /// </returns>
    /// <exception cref="ArgumentException">There is no run, or a run does not have logits for every
    /// example.</exception>
    public static double[] MeanOverSeeds(PackedLabels gold, IEnumerable<float[]> runs)
    {
        var (mean, count) = (new double[gold.Count], 0);
        foreach (var logits in runs)
        {
            if (logits.Length != gold.Count * gold.ClassCount)
                throw new ArgumentException($"Every run must have predicted all {gold.Count} examples.", nameof(runs));
            count++;
            for (var i = 0; i < mean.Length; i++)
            {
                var row = logits.AsSpan(i * gold.ClassCount, gold.ClassCount);
                mean[i] += gold.Task == LearningTask.SingleLabel
                    ? SingleLabel(row, gold.ClassAt(i)) : MultiLabel(row, gold, i);
            }
        }
        if (count == 0) throw new ArgumentException("A mean over seeds needs at least one run.", nameof(runs));
        for (var i = 0; i < mean.Length; i++) mean[i] /= count;
        return mean;
    }

    private static double SingleLabel(ReadOnlySpan<float> logits, int gold)
    {
        double highest = logits[0], total = 0, squares = 0;
        foreach (var logit in logits) highest = Math.Max(highest, logit);
        foreach (var logit in logits) total += Math.Exp(logit - highest);
        for (var c = 0; c < logits.Length; c++)
        {
            var error = (Math.Exp(logits[c] - highest) / total) - (c == gold ? 1 : 0);
            squares += error * error;
        }
        return Math.Sqrt(squares);
    }

    private static double MultiLabel(ReadOnlySpan<float> logits, PackedLabels gold, int example)
    {
        var squares = 0.0;
        for (var c = 0; c < logits.Length; c++)
        {
            var error = (1 / (1 + Math.Exp(-logits[c]))) - (gold.Has(example, c) ? 1 : 0);
            squares += error * error;
        }
        return Math.Sqrt(squares);
    }
}
