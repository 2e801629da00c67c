namespace PieService.Domain.Analysis;

/// <summary>How far two models have the same PIEs, compared with two independent sets of these sizes.</summary>
/// <param name="Shared">The number of examples that are PIEs of both.</param>
/// <param name="Union">The number of examples that are a PIE of at least one.</param>
/// <param name="Jaccard">Shared / Union; null if neither model has a PIE.</param>
/// <param name="ExpectedShared">The mean of Shared by chance.</param>
/// <param name="ExpectedJaccard">Jaccard index of sets that share the expected number; null if there is no PIE.</param>
/// <param name="Ratio">Shared / ExpectedShared; 1 is chance. Null if a model has no PIE.</param>
public sealed record PieOverlap(int Shared, int Union, double? Jaccard, double ExpectedShared, double? ExpectedJaccard, double? Ratio)
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
}
