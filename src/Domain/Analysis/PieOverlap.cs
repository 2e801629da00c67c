namespace PieService.Domain.Analysis;

/// <summary>
/// The overlap of the PIEs of two models, with the overlap that two independent random sets of these sizes would have.
/// </summary>
/// <param name="Shared">The number of examples that are PIEs of both models.</param>
/// <param name="Union">The number of examples that are PIEs of at least one model.</param>
/// <param name="Jaccard">The Jaccard index, shared / union; null if neither model has a PIE.</param>
/// <param name="ExpectedShared">The expected value of shared for independent sets.</param>
/// <param name="ExpectedJaccard">
/// The Jaccard index of two sets that share the expected number of examples; null if neither model has a PIE.
/// </param>
/// <param name="Ratio">The ratio shared / expectedShared: 1 for independent sets; null if a model has no PIE.</param>
public sealed record PieOverlap(
    int Shared, int Union, double? Jaccard, double ExpectedShared, double? ExpectedJaccard, double? Ratio)
{
    /// <summary>
    /// By chance means that n1 and n2 of N examples are drawn independently of each other, each set of its size with
    /// the same probability. The number of shared examples is then hypergeometric, with the mean E = n1 n2 / N. The
    /// expected Jaccard index is E / (n1 + n2 - E). The mean of the index itself is larger by the variance of Shared
    /// over the squared size of the union, which is negligible for more than a few PIEs.
    /// </summary>
    /// <param name="first">n1, the number of PIEs of the first model.</param>
    /// <param name="second">n2, the number of PIEs of the second model.</param>
    /// <param name="shared">The number of PIEs of both.</param>
    /// <param name="examples">N.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Two sets of these sizes cannot share this number of examples.
    /// </exception>
    public static PieOverlap Of(int first, int second, int shared, int examples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shared);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shared, Math.Min(first, second));
        var union = first + second - shared;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(union, examples);

        var expected = examples == 0 ? 0 : (double)first * second / examples;
        return new PieOverlap(
            shared, union, union == 0 ? null : (double)shared / union,
            expected, union == 0 ? null : expected / (first + second - expected),
            expected == 0 ? null : shared / expected);
    }

    /// <summary>Cohen's kappa (1960) of two models on PIE or not: (po - pe) / (1 - pe).</summary>
    /// <inheritdoc cref="Of"/>
    /// <returns>In [-1, 1], 0 for independent sets; null if both models have no PIE, or only PIEs.</returns>
    public static double? Kappa(int first, int second, int shared, int examples)
    {
        var union = Of(first, second, shared, examples).Union;
        double a = (double)first / examples, b = (double)second / examples;
        var observed = (double)(shared + examples - union) / examples;
        var byChance = (a * b) + ((1 - a) * (1 - b));
        return byChance < 1 ? (observed - byChance) / (1 - byChance) : null;
    }
}
