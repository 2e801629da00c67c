using System.Numerics.Tensors;

namespace PieService.Domain.Analysis;

/// <summary>Probabilities from logits, without overflow.</summary>
internal static class Softmax
{
    /// <param name="logits">At least one.</param>
    /// <returns>exp(z_c) / sum exp(z), in double precision.</returns>
    public static double[] Of(ReadOnlySpan<double> logits)
    {
        var (p, largest, sum) = (new double[logits.Length], double.NegativeInfinity, 0.0);
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        for (var c = 0; c < p.Length; c++) sum += p[c] = Math.Exp(logits[c] - largest);
        for (var c = 0; c < p.Length; c++) p[c] /= sum;
        return p;
    }

    /// <summary>The same of each row of N x C logits, as many exponentials at once as a vector has elements.</summary>
    /// <param name="logits">N x C, row-major.</param>
    /// <param name="classCount">C, at least 1.</param>
    /// <param name="p">N x C; becomes the probabilities.</param>
    public static void OfRows(ReadOnlySpan<float> logits, int classCount, Span<double> p)
    {
        for (var row = 0; row < logits.Length; row += classCount)
        {
            var largest = float.NegativeInfinity;
            for (var c = row; c < row + classCount; c++) largest = Math.Max(largest, logits[c]);
            for (var c = row; c < row + classCount; c++) p[c] = (double)logits[c] - largest;
        }
        TensorPrimitives.Exp(p, p);
        for (var row = 0; row < logits.Length; row += classCount)
        {
            var sum = 0.0;
            for (var c = row; c < row + classCount; c++) sum += p[c];
            for (var c = row; c < row + classCount; c++) p[c] /= sum;
        }
    }

    /// <returns>1 / (1 + exp(-z)).</returns>
    public static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}
