namespace PieService.Domain.Analysis;

/// <summary>How much of a set of PIEs new seeds would change, by the inclusion of each example.</summary>
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
}
