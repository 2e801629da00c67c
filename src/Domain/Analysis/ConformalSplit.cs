using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// Split conformal prediction with the score 1 - p_gold (analysis 13; Vovk, Gammerman and Shafer 2005). One half of the
/// examples, chosen by a fixed key, gives the threshold; the sets are those of the other half. Single-label data. Not
/// thread-safe.
/// </summary>
/// <param name="gold">The gold classes of the N examples.</param>
public sealed class ConformalSplit(PackedLabels gold)
{
    private readonly int[] order = KeyedRandom.For("conformal", gold.Count).Permutation(gold.Count);
    private readonly double[] scores = new double[gold.Count / 2], p = new double[gold.ClassCount];

    /// <param name="logits">N x C logits of a run, row-major.</param>
    /// <returns>Null for fewer than 18 examples, since a threshold for 90 % needs at least 9.</returns>
    /// <exception cref="ArgumentException">Not every example has logits.</exception>
    public ConformalSets? Sets(ReadOnlySpan<float> logits)
    {
        if (logits.Length != gold.Count * gold.ClassCount)
            throw new ArgumentException("Every example must have logits.", nameof(logits));
        // The smallest whole number that is not below 0.9 (n + 1).
        var (half, rank) = (scores.Length, ((9 * (scores.Length + 1)) + 9) / 10);
        if (rank > half) return null;

        for (var i = 0; i < half; i++) scores[i] = 1 - ProbabilitiesOf(order[i], logits)[gold.ClassAt(order[i])];
        Array.Sort(scores);
        var (threshold, size, covered) = (scores[rank - 1], 0, 0);
        foreach (var example in order.AsSpan(half))
        {
            ProbabilitiesOf(example, logits);
            foreach (var share in p)
                if (1 - share <= threshold) size++;
            if (1 - p[gold.ClassAt(example)] <= threshold) covered++;
        }
        double sets = gold.Count - half;
        return new(threshold, size / sets, covered / sets);
    }

    private double[] ProbabilitiesOf(int example, ReadOnlySpan<float> logits)
    {
        Softmax.Of(logits.Slice(example * gold.ClassCount, gold.ClassCount), p);
        return p;
    }
}
