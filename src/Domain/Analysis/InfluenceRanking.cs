using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The examples of a split by their influence.</summary>
/// <param name="El2n">The EL2N of each example.</param>
/// <param name="Rank">The rank of each example; 0 is the least influential. The earlier of equal examples comes
/// first.</param>
/// <param name="Bin">The bin of each example; 1 is the least influential, and <see cref="BinCount"/> is the largest
/// possible bin.</param>
public sealed record InfluenceRanking(double[] El2n, int[] Rank, int[] Bin)
{
    public const int BinCount = 20;

    /// <summary>
    /// The published assignment: it goes through the sorted scores in ascending order and moves to the
    /// next bin if a score is above the edge of the present bin, which is the percentile of all scores at 5 per bin. It
    /// moves by only one bin at a time: if many scores are equal, or there are fewer examples than bins, some examples
    /// are one bin too low and the last bins stay empty.
    /// </summary>
    public static InfluenceRanking Of(double[] el2n)
    {
        var (scores, order) = ((double[])el2n.Clone(), Enumerable.Range(0, el2n.Length).ToArray());
        // Ties are ordered by position; the sort alone would leave them in any order.
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
