using System.Runtime.InteropServices;

namespace PieService.Domain.Statistics;

/// <summary>
/// The tables of at least three columns, counted by their weights in whole numbers: column by column, the number of
/// ways to reach each sum of the row with each product of binomials.
/// </summary>
internal sealed class CountedTables : VoteTables
{
    /// <summary>
    /// The largest R_1 + R_2 whose weights fit into 128 bits: no product exceeds binom(128, 64), about 2^124.
    /// </summary>
    private const int MostVotes = 128;

    /// <summary>More different products would need seconds and gigabytes.</summary>
    private const int MostProducts = 1_000_000;

    private readonly int[] totals;
    private readonly UInt128[] weights;
    private readonly double[] p;

    private CountedTables(int[] totals, IReadOnlyDictionary<UInt128, UInt128> ways)
    {
        this.totals = totals;
        weights = [.. ways.Keys.Order()];
        p = new double[weights.Length];
        UInt128 upTo = 0, all = 0;
        foreach (var (weight, count) in ways) all += weight * count;
        for (var i = 0; i < weights.Length; i++) p[i] = (double)(upTo += weights[i] * ways[weights[i]]) / (double)all;
        Null = NullDistribution.Of(p);
    }

    public override NullDistribution Null { get; }

    public override int Size => p.Length;

    /// <returns>Null if there are too many votes or products for an exact count.</returns>
    public static CountedTables? TryCount(ReadOnlySpan<int> totals, int runs)
    {
        var left = 0;
        foreach (var total in totals) left += total;
        if (left > MostVotes) return null;

        // ways[s][w] is the number of ways to have the sum s and the product w in the columns before.
        var ways = new Dictionary<UInt128, UInt128>?[runs + 1];
        ways[0] = new() { [1] = 1 };
        foreach (var total in totals)
        {
            left -= total;
            var (next, products) = (new Dictionary<UInt128, UInt128>?[runs + 1], 0);
            for (var sum = 0; sum <= runs; sum++)
            {
                if (ways[sum] is not { } before) continue;
                // The columns after must be able to fill the row.
                for (var u = Math.Max(0, runs - sum - left); u <= Math.Min(total, runs - sum); u++)
                {
                    var (binomial, into) = (Binomials.Of(total, u), next[sum + u] ??= []);
                    products -= into.Count;
                    foreach (var (weight, count) in before)
                        CollectionsMarshal.GetValueRefOrAddDefault(into, weight * binomial, out _) += count;
                    products += into.Count;
                    if (products > MostProducts) return null;
                }
            }
            ways = next;
        }
        return new CountedTables(totals.ToArray(), ways[runs]!);
    }

    public override double P(ReadOnlySpan<int> row)
    {
        UInt128 weight = 1;
        for (var c = 0; c < totals.Length; c++) weight *= Binomials.Of(totals[c], row[c]);
        return p[Array.BinarySearch(weights, weight)];
    }

    /// <summary>Pascal's triangle.</summary>
    private static class Binomials
    {
        private static readonly UInt128[][] Rows = Triangle();

        public static UInt128 Of(int n, int k) => Rows[n][k];

        private static UInt128[][] Triangle()
        {
            var rows = new UInt128[MostVotes + 1][];
            for (var n = 0; n < rows.Length; n++)
            {
                rows[n] = new UInt128[n + 1];
                for (var k = 0; k <= n; k++)
                    rows[n][k] = k == 0 || k == n ? 1 : rows[n - 1][k - 1] + rows[n - 1][k];
            }
            return rows;
        }
    }
}
