namespace PieService.Domain.Statistics;

/// <summary>Correlations of n pairs of numbers, in [-1, 1]; null if all values of a side are equal.</summary>
public static class Correlation
{
    /// <summary>Pearson's product-moment correlation.</summary>
    /// <param name="x">n finite numbers, at least two.</param>
    /// <param name="y">n finite numbers.</param>
    /// <exception cref="ArgumentException">The lists have different lengths, or fewer than two numbers.</exception>
    public static double? Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        RequirePairs(x, y);
        return IsConstant(x) || IsConstant(y) ? null : MathNet.Numerics.Statistics.Correlation.Pearson(x, y);
    }

    /// <summary>Spearman's rank correlation: Pearson's of the ranks, where equal values have their mean rank.</summary>
    /// <inheritdoc cref="Pearson"/>
    public static double? Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        RequirePairs(x, y);
        return IsConstant(x) || IsConstant(y) ? null : MathNet.Numerics.Statistics.Correlation.Spearman(x, y);
    }

    /// <summary>
    /// Kendall's tau-b (1945): (concordant - discordant pairs) / sqrt(pairs not tied in x times pairs not tied in y),
    /// which MathNet.Numerics does not have. Time grows as n^2.
    /// </summary>
    /// <inheritdoc cref="Pearson"/>
    public static double? KendallB(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        RequirePairs(x, y);
        long difference = 0, differentX = 0, differentY = 0;
        for (var i = 0; i < x.Count; i++)
            for (var j = 0; j < i; j++)
            {
                int a = Math.Sign(x[i] - x[j]), b = Math.Sign(y[i] - y[j]);
                difference += a * b;
                (differentX, differentY) = (differentX + (a * a), differentY + (b * b));
            }
        return differentX == 0 || differentY == 0
            ? null : difference / Math.Sqrt((double)differentX * differentY);
    }

    private static bool IsConstant(IReadOnlyList<double> values) => values.All(value => value == values[0]);

    private static void RequirePairs(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count || x.Count < 2)
            throw new ArgumentException("A correlation needs at least two pairs of numbers.");
    }
}
