using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// The probability above which a label of multi-label data counts as predicted: one threshold t = i / 100 for all
/// classes, i = 0 to 99.
/// </summary>
public static class DecisionThreshold
{
    private const int Candidates = 100;

    /// <summary>The threshold with the highest macro-F1, and the lowest of equal ones.</summary>
    /// <param name="gold">The gold labels of N examples.</param>
    /// <param name="logits">N x C, row-major.</param>
    /// <exception cref="ArgumentException">Not every example has logits, or there is no example.</exception>
    public static double Tune(PackedLabels gold, ReadOnlySpan<float> logits)
    {
        if (gold.Count == 0) throw new ArgumentException("A threshold is tuned on at least one example.", nameof(gold));
        var scores = MacroF1(gold, logits);
        var best = 0;
        for (var i = 1; i < Candidates; i++)
            if (scores[i] > scores[best]) best = i;
        return At(best);
    }

    /// <summary>
    /// Macro-F1 at each of the 100 thresholds. Each logit is read once: the thresholds that it exceeds are counted by
    /// class, and the counts are summed from above, so the cost is N C + 100 C.
    /// </summary>
    /// <exception cref="ArgumentException">Not every example has logits.</exception>
    public static double[] MacroF1(PackedLabels gold, ReadOnlySpan<float> logits)
    {
        var classes = gold.ClassCount;
        if (logits.Length != gold.Count * classes)
            throw new ArgumentException($"All {gold.Count} examples need {classes} logits.", nameof(logits));
        // Row k counts the decisions that exceed exactly the thresholds 0 to k - 1.
        var (predicted, hits, given) =
            (new int[(Candidates + 1) * classes], new int[(Candidates + 1) * classes], new int[classes]);
        for (var i = 0; i < gold.Count; i++)
        {
            gold.Vote(i, given);
            for (var c = 0; c < classes; c++)
            {
                var row = Exceeded(logits[(i * classes) + c]) * classes;
                predicted[row + c]++;
                if (gold.Has(i, c)) hits[row + c]++;
            }
        }

        var (scores, above) =
            (new double[Candidates], new LabelCounts(given, new int[classes], new int[classes], gold.Count, Exact: 0));
        for (var i = Candidates - 1; i >= 0; i--)
        {
            for (var c = 0; c < classes; c++)
            {
                above.Predicted[c] += predicted[((i + 1) * classes) + c];
                above.Hits[c] += hits[((i + 1) * classes) + c];
            }
            scores[i] = above.MacroF1;
        }
        return scores;
    }

    /// <summary>The labels whose probability exceeds the threshold strictly.</summary>
    /// <param name="logits">N x C, row-major.</param>
    public static PackedLabels Decide(ReadOnlySpan<float> logits, int classCount, double threshold)
    {
        var width = PackedLabels.BytesPerExample(LearningTask.MultiLabel, classCount);
        var bytes = new byte[logits.Length / classCount * width];
        for (var i = 0; i < logits.Length; i++)
            if (Sigmoid(logits[i]) > threshold)
                PackedLabels.Add(bytes.AsSpan(i / classCount * width, width), i % classCount);
        return new PackedLabels(LearningTask.MultiLabel, classCount, bytes);
    }

    private static double At(int candidate) => (double)candidate / Candidates;

    /// <summary>The number of thresholds that a logit's probability exceeds; they are the lowest ones.</summary>
    private static int Exceeded(float logit)
    {
        var probability = Sigmoid(logit);
        var count = Math.Clamp((int)(probability * Candidates), 0, Candidates);
        // The product is rounded, so the probability is compared with the threshold itself.
        while (count < Candidates && probability > At(count)) count++;
        while (count > 0 && !(probability > At(count - 1))) count--;
        return count;
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}
