namespace PieService.Domain.Statistics;

/// <summary>
/// The comparison of two groups by their ranks: Mann and Whitney's U (1947), and Cliff's delta (1993) with the interval
/// of DeLong, DeLong and Clarke-Pearson (1988). Time grows as n log n.
/// </summary>
/// <param name="U">Pairs (x, y) with x > y, ties counted as 1/2; in [0, n1 n0].</param>
/// <param name="P">Two-sided, by the normal approximation with correction for ties and continuity; 1 if all values are
/// equal.</param>
/// <param name="CliffsDelta">P(x > y) - P(x &lt; y) = 2 U / (n1 n0) - 1, in [-1, 1].</param>
/// <param name="Low">The lower end of the 95 % interval of delta, at least -1; null if a group has one value.</param>
/// <param name="High">The upper end, at most 1; null if a group has one value.</param>
public sealed record MannWhitney(double U, double P, double CliffsDelta, double? Low, double? High)
{
    /// <param name="x">The n1 values of the group, at least one; none is NaN.</param>
    /// <param name="y">The n0 values of the rest, at least one; none is NaN.</param>
    /// <exception cref="ArgumentException">A group is empty.</exception>
    public static MannWhitney Of(IReadOnlyCollection<double> x, IReadOnlyCollection<double> y)
    {
        if (x.Count == 0 || y.Count == 0) throw new ArgumentException("Each group needs at least one value.");
        double[] ofX = [.. x], ofY = [.. y];
        Array.Sort(ofX);
        Array.Sort(ofY);
        var (above, below) = (Placements(ofX, ofY), Placements(ofY, ofX));
        double pairs = (double)x.Count * y.Count, u = above.Sum(), delta = (2 * u / pairs) - 1;
        double? low = null, high = null;
        if (Spread.Of(above).Sd is { } a && Spread.Of(below).Sd is { } b)
        {
            // DeLong's variance of U / (n1 n0); delta is twice that, less 1.
            var variance = (Square(a / y.Count) / x.Count) + (Square(b / x.Count) / y.Count);
            var half = Normal.Quantile975 * 2 * Math.Sqrt(variance);
            (low, high) = (Math.Max(-1, delta - half), Math.Min(1, delta + half));
        }
        return new(u, TwoSided(u, ofX, ofY), delta, low, high);
    }

    private static double Square(double value) => value * value;

    /// <summary>For each value the number of smaller values of the other group, ties counted as 1/2.</summary>
    /// <param name="values">Ascending, as <paramref name="others"/>.</param>
    private static double[] Placements(double[] values, double[] others)
    {
        var (placements, below, upTo) = (new double[values.Length], 0, 0);
        for (var i = 0; i < values.Length; i++)
        {
            while (below < others.Length && others[below] < values[i]) below++;
            while (upTo < others.Length && others[upTo] <= values[i]) upTo++;
            placements[i] = (below + upTo) / 2.0;
        }
        return placements;
    }

    private static double TwoSided(double u, double[] x, double[] y)
    {
        double n1 = x.Length, n0 = y.Length, n = n1 + n0;
        var ties = Ties(x, y);
        var variance = n1 * n0 / 12 * (n + 1 - (ties / (n * (n - 1))));
        // The larger of U and n1 n0 - U, so that the correction for continuity moves it towards the mean.
        var beyond = Math.Max(u, (n1 * n0) - u) - (n1 * n0 / 2) - 0.5;
        return variance <= 0 || beyond <= 0 ? 1 : Normal.TwoSided(beyond / Math.Sqrt(variance));
    }

    /// <summary>The sum of t^3 - t over the values of both groups, for the t occurrences of a value.</summary>
    private static double Ties(double[] x, double[] y)
    {
        var (sum, i, j) = (0.0, 0, 0);
        while (i < x.Length || j < y.Length)
        {
            var (value, before) = (j == y.Length || (i < x.Length && x[i] <= y[j]) ? x[i] : y[j], i + j);
            while (i < x.Length && x[i] == value) i++;
            while (j < y.Length && y[j] == value) j++;
            double count = i + j - before;
            sum += (count * count * count) - count;
        }
        return sum;
    }
}
