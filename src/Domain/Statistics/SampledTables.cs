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

    /// <summary>The different weights, ascending, and the number of random tables of at most each.</summary>
    private readonly double[] logWeights;
    private readonly int[] atMost;

    public SampledTables(ReadOnlySpan<int> totals, int runs)
    {
        this.totals = totals.ToArray();
        int[] votes = [.. this.totals.SelectMany((total, c) => Enumerable.Repeat(c, total))];
        var random = KeyedRandom.For("exact test", runs, string.Join(' ', this.totals));
        var (row, drawn) = (new int[totals.Length], new double[Draws]);
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
            drawn[draw] = LogWeight(row);
        }
        Array.Sort(drawn);
        logWeights = [.. drawn.Distinct()];
        atMost = new int[logWeights.Length];
        for (var (draw, place) = (0, 0); draw < Draws; atMost[place] = ++draw)
            if (drawn[draw] != logWeights[place]) place++;
    }

    public override NullDistribution Null => NullDistribution.Uniform;

    public override int Size => logWeights.Length;

    public override double P(ReadOnlySpan<int> row)
    {
        // A value between weights is never found, so the complement is the number of smaller ones.
        var place = Array.BinarySearch(logWeights, LogWeight(row) + Rounding);
        var smaller = place < 0 ? ~place : place;
        return (1.0 + (smaller == 0 ? 0 : atMost[smaller - 1])) / (1 + Draws);
    }

    private double LogWeight(ReadOnlySpan<int> row)
    {
        var sum = 0.0;
        for (var c = 0; c < totals.Length; c++) sum += SpecialFunctions.BinomialLn(totals[c], row[c]);
        return sum;
    }
}
