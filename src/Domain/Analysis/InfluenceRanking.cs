namespace PieService.Domain.Analysis;

/// <summary>The examples of a split by their influence.</summary>
/// <param name="El2n">Of each example.</param>
/// <param name="Rank">0 = least influential; among equal ones the earlier example.</param>
/// <param name="Bin">1 = least influential, at most <see cref="BinCount"/>.</param>
public sealed record InfluenceRanking(double[] El2n, int[] Rank, int[] Bin)
{
    public const int BinCount = 20;

    /// <summary>
    /// The published walk (study 1.12): upwards through the sorted scores, one bin further where a score is above the present
    /// bin's edge, the percentile of all scores at 5 per bin. It goes on by one bin at a time: many equal scores, or fewer
    /// examples than bins, leave some example a bin too low and the last bins empty.
    /// </summary>
    public static InfluenceRanking Of(double[] el2n)
    {
        var (scores, order) = ((double[])el2n.Clone(), Enumerable.Range(0, el2n.Length).ToArray());
        // Ties by position; the sort itself would leave them in any order.
        Array.Sort(order, (a, b) => el2n[a] != el2n[b] ? el2n[a].CompareTo(el2n[b]) : a.CompareTo(b));
        Array.Sort(scores);

        var (rank, bins, bin) = (new int[el2n.Length], new int[el2n.Length], 1);
        for (var place = 0; place < order.Length; place++)
        {
            if (bin < BinCount && scores[place] > Percentile.Of(scores, 100.0 / BinCount * bin)) bin++;
            (rank[order[place]], bins[order[place]]) = (place, bin);
        }
        return new InfluenceRanking(el2n, rank, bins);
    }
}
