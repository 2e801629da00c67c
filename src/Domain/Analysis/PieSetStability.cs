using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>How much of a set of PIEs new seeds would change, by the inclusion of each example (analysis 4).</summary>
/// <param name="ExpectedFlips">Examples expected to become a PIE or to stop being one: sum over PIEs of 1 - inclusion +
/// sum over the rest of inclusion.</param>
/// <param name="ExpectedJaccard">Sum over PIEs of inclusion / (PIEs + sum over the rest of inclusion), in [0, 1]; null
/// if both are 0.</param>
public sealed record PieSetStability(double ExpectedFlips, double? ExpectedJaccard)
{
    /// <summary>Sums over one example after the other.</summary>
    public sealed class Tally
    {
        private int pies, rest;
        private double ofPies, ofRest;

        /// <param name="inclusion">In [0, 1].</param>
        public void Add(bool isPie, double inclusion)
        {
            if (isPie) (pies, ofPies) = (pies + 1, ofPies + inclusion);
            else (rest, ofRest) = (rest + 1, ofRest + inclusion);
        }

        /// <returns>Null if there was no example.</returns>
        public PieSetStability? Stability() => pies + rest == 0
            ? null : new(pies - ofPies + ofRest, pies + ofRest > 0 ? ofPies / (pies + ofRest) : null);
    }

    /// <summary>
    /// g(n) = sum p^2 / sum (2 p - p^2) over examples, with the probability p that n votes of each cohort, drawn with
    /// the shares that were seen, make the example a PIE: the Jaccard index of two such sets if examples were
    /// independent.
    /// </summary>
    /// <param name="examples">The votes of both cohorts, and the number of examples that have them.</param>
    /// <param name="seeds">n, at least 1. Time grows as n^3 for each different vote of at least three labels.</param>
    /// <returns>In [0, 1]; null if no example can become a PIE.</returns>
    public static double? Overlap(IEnumerable<(int[] Dense, int[] Pruned, int Count)> examples, int seeds)
    {
        var (shared, union) = (0.0, 0.0);
        foreach (var (dense, pruned, count) in examples)
        {
            var p = PieInclusion.Differing(
                ReplicatedMode.WithShares(dense, seeds), ReplicatedMode.WithShares(pruned, seeds));
            (shared, union) = (shared + (count * p * p), union + (count * ((2 * p) - (p * p))));
        }
        return union > 0 ? shared / union : null;
    }

    /// <summary>The Jaccard index that n seeds are expected to have.</summary>
    /// <param name="halves">The Jaccard index of the halves, which have h seeds each.</param>
    /// <param name="overlap">g(n).</param>
    /// <param name="overlapOfHalves">g(h).</param>
    /// <returns>min(1, halves g(n) / g(h)); null if it cannot be computed.</returns>
    public static double? Jaccard(double? halves, double? overlap, double? overlapOfHalves) =>
        overlapOfHalves > 0 && halves * overlap / overlapOfHalves is { } jaccard ? Math.Min(1, jaccard) : null;
}
