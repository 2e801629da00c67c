using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// Sets of classes that contain the gold class of 90 % of the examples: split conformal prediction with the score
/// 1 - p_gold (analysis 13; Vovk, Gammerman and Shafer 2005). One half of the examples, chosen by a fixed key, gives
/// the threshold; the sets are those of the other half. A larger set states that the model is less certain.
/// </summary>
/// <param name="Threshold">The largest 1 - p_c of a class c in a set, in [0, 1].</param>
/// <param name="MeanSize">The mean number of classes in a set, in [0, C].</param>
/// <param name="Coverage">The share of the sets that contain the gold class, in [0, 1].</param>
public sealed record ConformalSets(double Threshold, double MeanSize, double Coverage)
{
    /// <param name="gold">The gold classes of the N examples.</param>
    /// <param name="logits">C logits of each example.</param>
    /// <returns>Null for fewer than 18 examples, since a threshold for 90 % needs at least 9.</returns>
    /// <exception cref="ArgumentException">Not every example has logits.</exception>
    public static ConformalSets? Of(PackedLabels gold, IReadOnlyList<double[]> logits)
    {
        if (gold.Count != logits.Count)
            throw new ArgumentException("Every example must have logits.", nameof(logits));
        var (order, half) = (KeyedRandom.For("conformal", gold.Count).Permutation(gold.Count), gold.Count / 2);
        // The smallest whole number that is not below 0.9 (n + 1).
        var rank = ((9 * (half + 1)) + 9) / 10;
        if (rank > half) return null;

        var threshold = order[..half].Select(example => 1 - Softmax.Of(logits[example])[gold.ClassAt(example)])
            .Order().ElementAt(rank - 1);
        var (size, covered) = (0, 0);
        foreach (var example in order[half..])
        {
            var p = Softmax.Of(logits[example]);
            size += p.Count(share => 1 - share <= threshold);
            if (1 - p[gold.ClassAt(example)] <= threshold) covered++;
        }
        double sets = gold.Count - half;
        return new(threshold, size / sets, covered / sets);
    }
}
