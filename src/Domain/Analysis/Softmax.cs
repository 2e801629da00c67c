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

    /// <summary>The same of single-precision logits, without an allocation.</summary>
    /// <param name="p">As many numbers as logits; becomes the probabilities.</param>
    public static void Of(ReadOnlySpan<float> logits, Span<double> p)
    {
        var (largest, sum) = (double.NegativeInfinity, 0.0);
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        for (var c = 0; c < p.Length; c++) sum += p[c] = Math.Exp(logits[c] - largest);
        for (var c = 0; c < p.Length; c++) p[c] /= sum;
    }

    /// <returns>1 / (1 + exp(-z)).</returns>
    public static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}
