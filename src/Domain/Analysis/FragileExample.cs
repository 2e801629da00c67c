namespace PieService.Domain.Analysis;

/// <summary>How strongly pruning changes one example, over several comparisons.</summary>
/// <param name="Comparisons">The number of comparisons.</param>
/// <param name="PieCount">Comparisons in which it is a PIE.</param>
/// <param name="Taxicab">Mean over the comparisons, as in <see cref="VoteShift"/>.</param>
/// <param name="Shift">Mean over the comparisons that have a shift; null if none has.</param>
/// <param name="FirstFlip">The lowest target in percent at which it is a PIE; null if it is a PIE of no
/// comparison.</param>
public sealed record FragileExample(int Comparisons, int PieCount, double Taxicab, double? Shift, double? FirstFlip)
{
    /// <param name="comparisons">The target of each comparison in percent, whether the example is a PIE, and the shift
    /// of its votes; at least one comparison.</param>
    /// <exception cref="ArgumentException">There is no comparison.</exception>
    public static FragileExample Of(IReadOnlyCollection<(double Sparsity, bool IsPie, VoteShift Votes)> comparisons)
    {
        if (comparisons.Count == 0)
            throw new ArgumentException("There must be at least one comparison.", nameof(comparisons));
        var pies = comparisons.Where(comparison => comparison.IsPie).ToList();
        return new(
            comparisons.Count, pies.Count, comparisons.Average(comparison => comparison.Votes.Taxicab),
            comparisons.Average(comparison => comparison.Votes.Shift),
            pies.Count == 0 ? null : pies.Min(comparison => comparison.Sparsity));
    }
}
