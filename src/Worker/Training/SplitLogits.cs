using System.Buffers.Binary;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Worker.Training;

/// <summary>A model's logits for the examples of a split, in their order.</summary>
/// <param name="Gold">The gold labels of the N examples.</param>
/// <param name="Logits">
/// The logits, N x C, row-major. <see cref="Domain.Sweeps.SweepRules"/> ensures that an array can hold them.
/// </param>
public sealed record SplitLogits(string Split, PackedLabels Gold, float[] Logits)
{
    /// <summary>Logits of zero.</summary>
    /// <exception cref="OverflowException">An array cannot hold them.</exception>
    public SplitLogits(string split, PackedLabels gold)
        : this(split, gold, new float[checked(gold.Count * gold.ClassCount)])
    {
    }

    /// <summary>C, the number of classes.</summary>
    public int ClassCount => Gold.ClassCount;

    public ReadOnlySpan<float> Row(int example) => Logits.AsSpan(example * ClassCount, ClassCount);

    /// <summary>
    /// Single-label: the class of the highest logit, and the smallest of equal ones. Multi-label: every class whose
    /// probability exceeds the threshold.
    /// </summary>
    /// <param name="threshold">The threshold for multi-label data; null for single-label data.</param>
    public PackedLabels Predicted(double? threshold) => Gold.Task switch
    {
        LearningTask.SingleLabel =>
            PackedLabels.OfClasses(ClassCount, Enumerable.Range(0, Gold.Count).Select(example => Best(Row(example)))),
        LearningTask.MultiLabel =>
            DecisionThreshold.Decide(
                Logits, ClassCount, threshold ?? throw new ArgumentNullException(nameof(threshold))),
    };

    /// <summary>
    /// Single-label: mean cross-entropy over the examples. Multi-label: mean binary cross-entropy over examples and
    /// classes. In nats.
    /// </summary>
    public double Loss() => Gold.Task switch
    {
        LearningTask.SingleLabel => CrossEntropy(),
        LearningTask.MultiLabel => BinaryCrossEntropy(),
    };

    /// <param name="threshold">The threshold for multi-label data; null for single-label data.</param>
    /// <param name="loss">Replaces <see cref="Loss"/> if it was measured in another way.</param>
    public EpochMetric Metric(double? threshold, double? loss = null) =>
        Metric(Predicted(threshold), threshold, loss ?? Loss());

    /// <summary>
    /// Packs the predictions for the database: the labels, decided before rounding, and N x C float16 logits,
    /// little-endian.
    /// </summary>
    /// <param name="threshold">The threshold for multi-label data; null for single-label data.</param>
    public SplitPredictions Pack(double? threshold)
    {
        var scores = new byte[2 * Logits.Length];
        // A logit beyond float16's range becomes its largest number: infinity would turn every loss into NaN.
        for (var i = 0; i < Logits.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(
                scores.AsSpan(2 * i), (Half)Math.Clamp(Logits[i], (float)Half.MinValue, (float)Half.MaxValue));
        var predicted = Predicted(threshold);
        return new(Split, Gold.Count, ClassCount, predicted.Bytes, scores, Metric(predicted, threshold, Loss()));
    }

    private EpochMetric Metric(PackedLabels predicted, double? threshold, double loss) =>
        new(Split, loss, LabelCounts.Of(Gold, predicted).Scores(), threshold);

    private static int Best(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var c = 1; c < row.Length; c++)
            if (row[c] > row[best]) best = c;
        return best;
    }

    private double CrossEntropy()
    {
        var sum = 0.0;
        for (var i = 0; i < Gold.Count; i++)
        {
            var row = Row(i);
            var (highest, total) = ((double)row[Best(row)], 0.0);
            foreach (var logit in row) total += Math.Exp(logit - highest);
            sum += highest + Math.Log(total) - row[Gold.ClassAt(i)];
        }
        return sum / Gold.Count;
    }

    private double BinaryCrossEntropy()
    {
        var sum = 0.0;
        for (var i = 0; i < Gold.Count; i++)
            for (var c = 0; c < ClassCount; c++)
                sum += BinaryLoss.Of(Row(i)[c], Gold.Has(i, c));
        return sum / Logits.Length;
    }
}
