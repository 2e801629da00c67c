using MathNet.Numerics.Statistics;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// Split conformal prediction with the score 1 - p_gold (Vovk, Gammerman and Shafer 2005). One half of the
/// examples, chosen by a fixed key, gives the threshold; the sets are those of the other half. The logits of a run are
/// read twice, a block of examples at a time: for the threshold, and for the sets. Single-label data. Not thread-safe.
/// </summary>
/// <param name="gold">The gold classes of the N examples.</param>
public sealed class ConformalSplit(PackedLabels gold)
{
    private readonly bool[] givesThreshold = FirstHalf(gold.Count);
    private readonly double[] scores = new double[gold.Count / 2];
    private double[] probabilities = [];
    private int scored, sized, size, covered;
    private double threshold;

    /// <summary>The smallest whole number that is not below 0.9 (n + 1), for the n examples of the first
    /// half.</summary>
    private int Rank => ((9 * (scores.Length + 1)) + 9) / 10;

    /// <summary>False for fewer than 18 examples, since a threshold for 90 % needs at least 9.</summary>
    public bool HasThreshold => Rank <= scores.Length;

    /// <summary>Reads a block for the threshold of a run; the first block of a run begins a new one.</summary>
    /// <param name="start">The position of the first example of the block.</param>
    /// <param name="logits">The logits of a run for the examples of the block, row-major.</param>
    public void Score(int start, ReadOnlySpan<float> logits)
    {
        if (start == 0) (scored, sized, size, covered) = (0, 0, 0, 0);
        var p = ProbabilitiesOf(logits);
        for (int at = 0, example = start; at < p.Length; at += gold.ClassCount, example++)
            if (givesThreshold[example]) scores[scored++] = 1 - p[at + gold.ClassAt(example)];
        if (scored < scores.Length) return;
        threshold = ArrayStatistics.OrderStatisticInplace(scores, Rank);
    }

    /// <summary>Reads a block for the sets of a run, after all its blocks were read for the threshold.</summary>
    /// <inheritdoc cref="Score"/>
    public void Size(int start, ReadOnlySpan<float> logits)
    {
        var p = ProbabilitiesOf(logits);
        for (int at = 0, example = start; at < p.Length; at += gold.ClassCount, example++)
        {
            if (givesThreshold[example]) continue;
            foreach (var share in p.Slice(at, gold.ClassCount))
                if (1 - share <= threshold) size++;
            if (1 - p[at + gold.ClassAt(example)] <= threshold) covered++;
            sized++;
        }
    }

    /// <exception cref="InvalidOperationException">Not all blocks of the run were read twice.</exception>
    public ConformalSets Sets() => scored == scores.Length && sized == gold.Count - scored
        ? new(threshold, (double)size / sized, (double)covered / sized)
        : throw new InvalidOperationException("Every example must have logits.");

    private static bool[] FirstHalf(int examples)
    {
        var isFirst = new bool[examples];
        foreach (var example in KeyedRandom.For("conformal", examples).Permutation(examples).AsSpan(0, examples / 2))
            isFirst[example] = true;
        return isFirst;
    }

    /// <returns>The probabilities of a block, which the next block overwrites.</returns>
    private ReadOnlySpan<double> ProbabilitiesOf(ReadOnlySpan<float> logits)
    {
        if (probabilities.Length < logits.Length) probabilities = new double[logits.Length];
        Softmax.OfRows(logits, gold.ClassCount, probabilities.AsSpan(0, logits.Length));
        return probabilities.AsSpan(0, logits.Length);
    }
}
