namespace PieService.Domain.Statistics;

/// <summary>
/// All 2 x C tables of votes with given row and column totals, for the exact test of one example: Fisher's
/// test, and for C > 2 that of Freeman and Halton (1951). A table with the first row u has the weight
/// w(u) = prod_c binom(t_c, u_c), and if both cohorts draw their votes from one distribution, the probability
/// w(u) / binom(R_1 + R_2, R_1). The p value of a table is the probability of all tables of at most its weight.
/// </summary>
internal abstract class VoteTables
{
    public abstract NullDistribution Null { get; }

    /// <summary>The number of values that the tables keep, of at most 24 bytes each.</summary>
    public abstract int Size { get; }

    /// <param name="totals">The column totals t_c, all above 0.</param>
    /// <param name="runs">R_1, the sum of the first row, at most half of the sum of the totals.</param>
    public static VoteTables Of(ReadOnlySpan<int> totals, int runs) => totals.Length switch
    {
        <= 1 => OneTable.Only,
        2 => new TwoColumnTables(totals[0], totals[1], runs),
        _ => CountedTables.TryCount(totals, runs) ?? (VoteTables)new SampledTables(totals, runs),
    };

    /// <param name="row">The first row u, in the order of the totals.</param>
    public abstract double P(ReadOnlySpan<int> row);

    private sealed class OneTable : VoteTables
    {
        public static readonly OneTable Only = new();

        public override NullDistribution Null => NullDistribution.Constant;

        public override int Size => 1;

        public override double P(ReadOnlySpan<int> row) => 1;
    }
}
