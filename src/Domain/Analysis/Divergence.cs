namespace PieService.Domain.Analysis;

/// <summary>
/// How far the probabilities of two models on one example are apart (analysis 10). Probabilities below 1e-12 are raised
/// to it, and each distribution is normalised again, so that the values are finite.
/// </summary>
/// <param name="KullbackLeibler">sum p_D ln(p_D / p_P), in nats.</param>
/// <param name="JensenShannon">The mean divergence of both from their mean, in nats, in [0, ln 2].</param>
public readonly record struct Divergence(double KullbackLeibler, double JensenShannon)
{
    private const double Least = 1e-12;

    /// <param name="dense">The C logits of the first model, at least one.</param>
    /// <param name="pruned">Those of the second.</param>
    /// <exception cref="ArgumentException">The models have different numbers of classes.</exception>
    public static Divergence Of(ReadOnlySpan<double> dense, ReadOnlySpan<double> pruned)
    {
        if (dense.Length != pruned.Length)
            throw new ArgumentException("Both models have the same classes.", nameof(pruned));
        double[] p = Clipped(Softmax.Of(dense)), q = Clipped(Softmax.Of(pruned));
        double[] mean = [.. p.Zip(q, (a, b) => (a + b) / 2)];
        return new(From(p, q), (From(p, mean) + From(q, mean)) / 2);
    }

    private static double From(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();

    private static double[] Clipped(double[] p)
    {
        var raised = Array.ConvertAll(p, value => Math.Max(value, Least));
        var sum = raised.Sum();
        return Array.ConvertAll(raised, value => value / sum);
    }
}
