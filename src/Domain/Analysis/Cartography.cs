using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// How confident models are of the gold labels while they are trained, and how much that varies (Dataset Cartography,
/// Swayamdipta et al. 2020): for each example the mean and the standard deviation of the probability of the gold label
/// over models. For multi-label data, of the mean over the labels of the probability of the right answer.
/// </summary>
/// <param name="gold">The labels of the N examples.</param>
public sealed class Cartography(PackedLabels gold)
{
    private readonly double[] sums = new double[gold.Count], squares = new double[gold.Count];

    /// <summary>The number of models that have scored every example.</summary>
    public int Models { get; private set; }

    /// <summary>Adds the scores of all models for a block of examples.</summary>
    /// <param name="start">The first example of the block.</param>
    /// <param name="models">Logits of each model, row-major, read one after the other.</param>
    public void Add(int start, IEnumerable<float[]> models)
    {
        foreach (var logits in models)
        {
            for (var i = 0; i < logits.Length / gold.ClassCount; i++)
            {
                var p = Confidence(logits.AsSpan(i * gold.ClassCount, gold.ClassCount), start + i);
                (sums[start + i], squares[start + i]) = (sums[start + i] + p, squares[start + i] + (p * p));
            }
        }
    }

    /// <summary>States that so many further models have scored every example.</summary>
    public void Count(int models) => Models += models;

    /// <returns>In [0, 1].</returns>
    public double Confidence(int example) => sums[example] / Models;

    /// <returns>The population standard deviation, in [0, 0.5].</returns>
    public double Variability(int example)
    {
        var mean = Confidence(example);
        return Math.Sqrt(Math.Max(0, (squares[example] / Models) - (mean * mean)));
    }

    private double Confidence(ReadOnlySpan<float> logits, int example)
    {
        if (gold.Task == LearningTask.SingleLabel)
        {
            double highest = logits[0], total = 0;
            foreach (var logit in logits) highest = Math.Max(highest, logit);
            foreach (var logit in logits) total += Math.Exp(logit - highest);
            return Math.Exp(logits[gold.ClassAt(example)] - highest) / total;
        }
        var right = 0.0;
        for (var c = 0; c < logits.Length; c++)
            right += 1 / (1 + Math.Exp(gold.Has(example, c) ? -logits[c] : logits[c]));
        return right / logits.Length;
    }
}
