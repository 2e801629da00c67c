namespace PieService.Domain.Analysis;

/// <summary>
/// The probabilities of a model for one example after the other, and their logarithms. Probabilities below 1e-12 are
/// raised to it, and the distribution is normalised again, so that the logarithms are finite. Not thread-safe.
/// </summary>
/// <param name="classCount">C, at least 1.</param>
public sealed class ClippedProbabilities(int classCount)
{
    private const double Least = 1e-12;

    private readonly double[] p = new double[classCount], logarithms = new double[classCount];

    public ReadOnlySpan<double> P => p;

    /// <summary>ln p.</summary>
    public ReadOnlySpan<double> Logarithms => logarithms;

    /// <summary>The highest less the second highest probability, in [0, 1]; 1 for one class.</summary>
    public double Margin
    {
        get
        {
            var (first, second) = (0.0, 0.0);
            foreach (var share in p)
                if (share > first) (first, second) = (share, first);
                else if (share > second) second = share;
            return first - second;
        }
    }

    /// <summary>Replaces the example.</summary>
    /// <param name="logits">The C logits of the model.</param>
    /// <exception cref="ArgumentException">The number of the logits is another one.</exception>
    public void Read(ReadOnlySpan<double> logits)
    {
        if (logits.Length != p.Length)
            throw new ArgumentException($"There are {p.Length} classes.", nameof(logits));
        var (largest, least, sum) = (double.NegativeInfinity, double.PositiveInfinity, 0.0);
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        for (var c = 0; c < p.Length; c++) sum += p[c] = Math.Exp(logits[c] - largest);
        var logSum = Math.Log(sum);
        for (var c = 0; c < p.Length; c++)
        {
            least = Math.Min(least, p[c] /= sum);
            logarithms[c] = logits[c] - largest - logSum;
        }
        if (least < Least) Clip();
    }

    private void Clip()
    {
        var sum = 0.0;
        for (var c = 0; c < p.Length; c++) sum += p[c] = Math.Max(p[c], Least);
        for (var c = 0; c < p.Length; c++) logarithms[c] = Math.Log(p[c] /= sum);
    }
}
