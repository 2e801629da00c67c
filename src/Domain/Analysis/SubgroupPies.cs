using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The rate of PIEs within a group of examples and in the others (analysis 6).</summary>
/// <param name="Group">PIEs / examples of the group, in [0, 1].</param>
/// <param name="Rest">PIEs / examples of the others.</param>
/// <param name="Ratio">Group / rest, with the interval of its logarithm
/// ± z sqrt(1 / a - 1 / n1 + 1 / b - 1 / n0) for a of n1 and b of n0 PIEs; null unless both have PIEs.</param>
public sealed record SubgroupPies(double Group, double Rest, Estimate? Ratio)
{
    /// <param name="examples">Whether each example is in the group, and whether it is a PIE.</param>
    /// <returns>Null if the group or the rest is empty.</returns>
    public static SubgroupPies? Of(IEnumerable<(bool IsInGroup, bool IsPie)> examples)
    {
        double a = 0, b = 0, n1 = 0, n0 = 0;
        foreach (var (isInGroup, isPie) in examples)
            if (isInGroup) (n1, a) = (n1 + 1, a + (isPie ? 1 : 0));
            else (n0, b) = (n0 + 1, b + (isPie ? 1 : 0));
        if (n1 == 0 || n0 == 0) return null;
        double group = a / n1, rest = b / n0;
        if (a == 0 || b == 0) return new(group, rest, null);
        var half = Normal.Quantile975 * Math.Sqrt((1 / a) - (1 / n1) + (1 / b) - (1 / n0));
        var ratio = group / rest;
        return new(group, rest, new Estimate(ratio, null, ratio * Math.Exp(-half), ratio * Math.Exp(half)));
    }
}
