namespace PieService.Domain.Analysis;

/// <summary>How far the probabilities of two models on one example are apart.</summary>
/// <param name="KullbackLeibler">sum p_D ln(p_D / p_P), in nats.</param>
/// <param name="JensenShannon">The mean divergence of both from their mean, in nats, in [0, ln 2].</param>
public readonly record struct Divergence(double KullbackLeibler, double JensenShannon)
{
    /// <param name="pruned">Of as many classes.</param>
    public static Divergence Of(ClippedProbabilities dense, ClippedProbabilities pruned)
    {
        ReadOnlySpan<double> p = dense.P, q = pruned.P, logP = dense.Logarithms, logQ = pruned.Logarithms;
        var (kl, twiceJs) = (0.0, 0.0);
        for (var c = 0; c < p.Length; c++)
        {
            var logMean = Math.Log((p[c] + q[c]) / 2);
            kl += p[c] * (logP[c] - logQ[c]);
            twiceJs += (p[c] * (logP[c] - logMean)) + (q[c] * (logQ[c] - logMean));
        }
        // Rounding can make a divergence of equal distributions slightly negative.
        return new(Math.Max(0, kl), Math.Max(0, twiceJs / 2));
    }
}
