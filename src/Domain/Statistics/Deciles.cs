namespace PieService.Domain.Statistics;

/// <summary>The deciles of numbers, by linear percentiles, divide numbers into ten groups of similar size.</summary>
/// <param name="numbers">At least one, in any order.</param>
public sealed class Deciles(IEnumerable<double> numbers)
{
    public const int Groups = 10;

    private readonly double[] edges = Edges([.. numbers.Order()]);

    /// <returns>The number of deciles that are below the number, 0 to 9.</returns>
    public int GroupOf(double number) => edges.Count(edge => number > edge);

    private static double[] Edges(double[] ascending) =>
        [.. Enumerable.Range(1, Groups - 1).Select(decile => Percentile.Of(ascending, 100.0 / Groups * decile))];
}
