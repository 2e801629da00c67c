using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The rate of PIEs within a group of examples and in the others.</summary>
/// <param name="Group">PIEs / examples of the group, in [0, 1].</param>
/// <param name="Rest">PIEs / examples of the others.</param>
/// <param name="Ratio">Group / rest, with the interval of its logarithm
/// ± z sqrt(1 / a - 1 / n1 + 1 / b - 1 / n0) for a of n1 and b of n0 PIEs; null unless both have PIEs.</param>
public sealed record SubgroupPies(double Group, double Rest, Estimate? Ratio)
{
    /// <param name="group">The number of PIEs in the group, and of its examples.</param>
    /// <param name="rest">The same of the other examples.</param>
    /// <returns>Null if the group or the rest is empty.</returns>
    public static SubgroupPies? Of((int Pies, int Examples) group, (int Pies, int Examples) rest)
    {
        double a = group.Pies, n1 = group.Examples, b = rest.Pies, n0 = rest.Examples;
        if (n1 == 0 || n0 == 0) return null;
        double rate = a / n1, other = b / n0;
        if (a == 0 || b == 0) return new(rate, other, null);
        var log = Math.Sqrt((1 / a) - (1 / n1) + (1 / b) - (1 / n0));
        return new(rate, other, Estimate.OfRatio(rate / other, log));
    }
}
