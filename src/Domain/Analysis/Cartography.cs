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

    /// <summary>Those of a model for a block.</summary>
    private double[] probabilities = [];

    /// <summary>The number of models that have scored every example.</summary>
    public int Models { get; private set; }

    /// <summary>Adds the scores of all models for a block of examples.</summary>
    /// <param name="start">The first example of the block.</param>
    /// <param name="models">Logits of each model, row-major, read one after the other.</param>
    public void Add(int start, IEnumerable<float[]> models)
    {
        foreach (var logits in models)
        {
            if (probabilities.Length < logits.Length) probabilities = new double[logits.Length];
            var p = probabilities.AsSpan(0, logits.Length);
            Read(logits, p);
            for (var (i, c) = (0, gold.ClassCount); i < logits.Length / c; i++)
            {
                var right = Confidence(p.Slice(i * c, c), start + i);
                (sums[start + i], squares[start + i]) = (sums[start + i] + right, squares[start + i] + (right * right));
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

    /// <param name="p">Becomes the probabilities of the classes, or of each label.</param>
    private void Read(float[] logits, Span<double> p)
    {
        if (gold.Task == LearningTask.SingleLabel) Softmax.OfRows(logits, gold.ClassCount, p);
        else for (var at = 0; at < p.Length; at++) p[at] = Softmax.Sigmoid(logits[at]);
    }

    private double Confidence(ReadOnlySpan<double> p, int example)
    {
        if (gold.Task == LearningTask.SingleLabel) return p[gold.ClassAt(example)];
        var right = 0.0;
        for (var c = 0; c < p.Length; c++) right += gold.Has(example, c) ? p[c] : 1 - p[c];
        return right / p.Length;
    }
}
