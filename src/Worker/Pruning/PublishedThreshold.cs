using System.Runtime.InteropServices;
using PieService.Domain;

namespace PieService.Worker.Pruning;

/// <summary>
/// Protocol paper's choice of the weights to prune (study 1.6): those strictly below a percentile of the survivors' scores.
/// So equal scores stay together, and where more than that percentage are 0, nothing goes: the target may be missed by far.
/// </summary>
public static class PublishedThreshold
{
    /// <param name="scores">One for each weight, of pruned ones unused; compared as float32, as the published code does.</param>
    /// <param name="percent">Of the survivors, 0 to 100.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the score of a survivor is NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percentage is outside its range.</exception>
    public static Mask Prune(Mask mask, ReadOnlySpan<double> scores, double percent)
    {
        if (scores.Length != mask.Size) throw new ArgumentException($"{scores.Length} scores for a mask of {mask.Size}.", nameof(scores));
        if (mask.Kept == 0) return mask;

        var sorted = new double[mask.Kept];
        for (int i = 0, next = 0; i < mask.Size; i++)
            if (mask.Keeps(i)) sorted[next++] = (float)scores[i];
        if (Array.Exists(sorted, double.IsNaN)) throw new ArgumentException("The score of a weight is NaN.", nameof(scores));
        Array.Sort(sorted);

        var (threshold, below) = ((float)Percentile.Of(sorted, percent), new List<int>());
        for (var i = 0; i < mask.Size; i++)
            if (mask.Keeps(i) && (float)scores[i] < threshold) below.Add(i);
        return mask.Without(CollectionsMarshal.AsSpan(below));
    }

    /// <summary>How many of the survivors random pruning takes: round-half-even(kept x percent / 100).</summary>
    public static int RandomCount(int kept, double percent) => (int)Math.Round(kept * (percent / 100), MidpointRounding.ToEven);
}
