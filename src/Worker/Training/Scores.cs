using System.Buffers.Binary;

namespace PieService.Worker.Training;

/// <summary>What a model answered to the examples of a split, in their order.</summary>
/// <param name="ClassCount">C.</param>
/// <param name="Labels">N gold classes.</param>
public sealed record Scores(string Split, int ClassCount, int[] Labels)
{
    /// <summary>N x C, row-major. Not more than an array can hold: <see cref="Domain.Sweeps.SweepRules"/> sees to it.</summary>
    /// <exception cref="OverflowException">It would be more.</exception>
    public float[] Logits { get; } = new float[checked(Labels.Length * ClassCount)];

    public ReadOnlySpan<float> Row(int example) => Logits.AsSpan(example * ClassCount, ClassCount);

    /// <summary>The class of the highest logit, of equal ones the smallest.</summary>
    public int Predicted(int example)
    {
        var row = Row(example);
        var best = 0;
        for (var c = 1; c < row.Length; c++)
            if (row[c] > row[best]) best = c;
        return best;
    }

    /// <summary>Loss: mean cross-entropy over the examples, in nats.</summary>
    /// <param name="loss">Replaces it, where it was measured otherwise.</param>
    public EpochMetric Metric(double? loss = null)
    {
        var predicted = new int[Labels.Length];
        for (var i = 0; i < predicted.Length; i++) predicted[i] = Predicted(i);
        var right = predicted.Zip(Labels).Count(pair => pair.First == pair.Second);
        return new(Split, loss ?? CrossEntropy(), (double)right / Labels.Length, MacroF1(Labels, predicted, ClassCount));
    }

    /// <summary>
    /// Packs for the database: N uint16 classes, decided before rounding, and N x C float16 logits, both little-endian.
    /// </summary>
    public SplitPredictions Pack()
    {
        var (classes, scores) = (new byte[2 * Labels.Length], new byte[2 * Logits.Length]);
        for (var i = 0; i < Labels.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(classes.AsSpan(2 * i), checked((ushort)Predicted(i)));
        // Beyond float16's range a logit is its largest number: infinity would make NaN of every loss.
        for (var i = 0; i < Logits.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(
                scores.AsSpan(2 * i), (Half)Math.Clamp(Logits[i], (float)Half.MinValue, (float)Half.MaxValue));
        return new(Split, Labels.Length, ClassCount, classes, scores, Metric());
    }

    /// <summary>Mean over all C classes of 2 TP / (2 TP + FP + FN), 0 where that is 0/0 (as scikit-learn).</summary>
    public static double MacroF1(ReadOnlySpan<int> labels, ReadOnlySpan<int> predicted, int classCount)
    {
        var (hits, occurrences) = (new int[classCount], new int[classCount]);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == predicted[i]) hits[labels[i]]++;
            occurrences[labels[i]]++;
            occurrences[predicted[i]]++;                // 2 TP + FP + FN = times given + times predicted
        }
        var sum = 0.0;
        for (var c = 0; c < classCount; c++)
            if (occurrences[c] > 0) sum += 2.0 * hits[c] / occurrences[c];
        return sum / classCount;
    }

    private double CrossEntropy()
    {
        var sum = 0.0;
        for (var i = 0; i < Labels.Length; i++)
        {
            var row = Row(i);
            var (highest, total) = ((double)row[Predicted(i)], 0.0);
            foreach (var logit in row) total += Math.Exp(logit - highest);
            sum += highest + Math.Log(total) - row[Labels[i]];
        }
        return sum / Labels.Length;
    }
}
