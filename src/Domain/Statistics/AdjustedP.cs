namespace PieService.Domain.Statistics;

/// <summary>p values of m tests that are adjusted for their number. The order of the tests is kept.</summary>
public static class AdjustedP
{
    /// <summary>Holm (1979): controls the probability of one false rejection, whatever the dependence.</summary>
    /// <param name="p">m p values in [0, 1].</param>
    /// <returns>The largest min(1, (m - i) p_(i)) up to the rank of each, i = 0 for the smallest.</returns>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var (adjusted, largest) = (new double[p.Count], 0.0);
        foreach (var (rank, test) in Ascending(p).Index())
            adjusted[test] = largest = Math.Max(largest, Math.Min(1, (p.Count - rank) * p[test]));
        return adjusted;
    }

    /// <summary>Benjamini and Hochberg (1995): controls the false discovery rate of independent tests.</summary>
    /// <param name="p">m p values in [0, 1].</param>
    /// <returns>q: the smallest min(1, m p_(i) / (i + 1)) from the rank of each on, i = 0 for the smallest.</returns>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p)
    {
        var (q, smallest) = (new double[p.Count], 1.0);
        foreach (var (rank, test) in Ascending(p).Index().Reverse())
            q[test] = smallest = Math.Min(smallest, p.Count * p[test] / (rank + 1));
        return q;
    }

    /// <summary>The same for tests some of which have no p value: these are left out, and have no q value.</summary>
    public static double?[] BenjaminiHochbergOfKnown(IReadOnlyList<double?> p)
    {
        var (q, next) = (BenjaminiHochberg([.. p.OfType<double>()]), 0);
        return [.. p.Select(value => value is null ? null : (double?)q[next++])];
    }

    private static int[] Ascending(IReadOnlyList<double> p)
    {
        int[] order = [.. Enumerable.Range(0, p.Count)];
        Array.Sort([.. p], order);
        return order;
    }
}
