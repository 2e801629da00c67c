namespace PieService.Domain.Analysis;

/// <summary>How far two models have the same PIEs, beside what two sets of these sizes would share if they had nothing to do with each other.</summary>
/// <param name="Shared">Examples that are PIEs of both.</param>
/// <param name="Union">Examples that are a PIE of at least one.</param>
/// <param name="Jaccard">Shared / Union; null where neither has a PIE.</param>
/// <param name="ExpectedShared">Mean of Shared by chance.</param>
/// <param name="ExpectedJaccard">Jaccard of two such sets that share as many as is expected; null where neither has a PIE.</param>
/// <param name="Ratio">Shared / ExpectedShared: 1 is chance; null where a model has no PIE.</param>
public sealed record PieOverlap(int Shared, int Union, double? Jaccard, double ExpectedShared, double? ExpectedJaccard, double? Ratio)
{
    /// <summary>
    /// By chance: n1 and n2 of N examples are drawn independently of each other, each set of its size equally likely. What they
    /// share is then hypergeometric, with the mean E = n1 n2 / N. The expected Jaccard is E / (n1 + n2 - E); the mean of the Jaccard itself
    /// lies above it, by the variance of Shared over the size of the union squared, which is nothing for more than a few PIEs.
    /// </summary>
    /// <param name="first">n1, PIEs of the one model.</param>
    /// <param name="second">n2, PIEs of the other.</param>
    /// <param name="shared">PIEs of both.</param>
    /// <param name="examples">N.</param>
    /// <exception cref="ArgumentOutOfRangeException">No two sets of examples have these sizes and share so many.</exception>
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
