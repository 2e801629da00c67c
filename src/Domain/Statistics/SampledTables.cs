using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>
/// Random tables with the given totals, where all of them are too many to count:
/// p = (1 + #{random tables of at most this weight}) / (1 + their number), which is a valid p value (Phipson and Smyth
/// 2010). The tables depend on the totals alone, so the same votes always have the same p.
/// </summary>
internal sealed class SampledTables : VoteTables
{
    private const int Draws = 99_999;

    /// <summary>Logarithms of weights that differ by less than this are of equal weights.</summary>
    private const double Rounding = 1e-9;

    private readonly int[] totals;
    private readonly double[] logWeights = new double[Draws];

    public SampledTables(ReadOnlySpan<int> totals, int runs)
    {
        this.totals = totals.ToArray();
        int[] votes = [.. this.totals.SelectMany((total, c) => Enumerable.Repeat(c, total))];
        var random = KeyedRandom.For("exact test", runs, string.Join(' ', this.totals));
        var row = new int[totals.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            Array.Clear(row);
            // The first R_1 places of a Fisher-Yates shuffle of all votes.
            for (var i = 0; i < runs; i++)
            {
                var j = i + random.NextInt(votes.Length - i);
                (votes[i], votes[j]) = (votes[j], votes[i]);
                row[votes[i]]++;
            }
            logWeights[draw] = LogWeight(row);
        }
        Array.Sort(logWeights);
    }

    public override NullDistribution Null => NullDistribution.Uniform;

    public override double P(ReadOnlySpan<int> row)
    {
        // A value between weights is never found, so the complement is the number of smaller ones.
        var place = Array.BinarySearch(logWeights, LogWeight(row) + Rounding);
        return (1.0 + (place < 0 ? ~place : place)) / (1 + Draws);
    }

    private double LogWeight(ReadOnlySpan<int> row)
    {
        var sum = 0.0;
        for (var c = 0; c < totals.Length; c++) sum += SpecialFunctions.BinomialLn(totals[c], row[c]);
        return sum;
    }
}
