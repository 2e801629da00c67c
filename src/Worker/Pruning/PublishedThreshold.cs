using System.Runtime.InteropServices;
using PieService.Domain.Statistics;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Protocol paper's choice of the weights to prune: those strictly below a percentile of the survivors'
/// scores. So equal scores are kept or pruned together, and if more than that percentage of the scores is 0, no weight
/// is pruned: the achieved sparsity may miss the target by far.
/// </summary>
public static class PublishedThreshold
{
    /// <param name="scores">One score for each weight; those of pruned weights are unused. They are compared as
    /// float32, as in the published code.</param>
    /// <param name="percent">The percentage of the survivors, 0 to 100.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the score of a survivor is NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percentage is outside its range.</exception>
    public static Mask Prune(Mask mask, ReadOnlySpan<double> scores, double percent)
    {
        if (scores.Length != mask.Size)
            throw new ArgumentException($"{scores.Length} scores for a mask of {mask.Size}.", nameof(scores));
        if (mask.Kept == 0) return mask;

        var sorted = new double[mask.Kept];
        for (int i = 0, next = 0; i < mask.Size; i++)
            if (mask.Keeps(i)) sorted[next++] = (float)scores[i];
        if (Array.Exists(sorted, double.IsNaN))
            throw new ArgumentException("The score of a weight is NaN.", nameof(scores));
        Array.Sort(sorted);

        var (threshold, below) = ((float)Percentile.Of(sorted, percent), new List<int>());
        for (var i = 0; i < mask.Size; i++)
            if (mask.Keeps(i) && (float)scores[i] < threshold) below.Add(i);
        return mask.Without(CollectionsMarshal.AsSpan(below));
    }

    /// <summary>The number of survivors that random pruning removes: round-half-even(kept x percent / 100).</summary>
    public static int RandomCount(int kept, double percent) =>
        (int)Math.Round(kept * (percent / 100), MidpointRounding.ToEven);
}
