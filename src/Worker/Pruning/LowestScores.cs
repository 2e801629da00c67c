using System.Runtime.InteropServices;
using MathNet.Numerics.Statistics;
using PieService.Domain;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Protocol sound's choice of the weights to prune: an exact number of them, and ties are never broken by
/// position.
/// </summary>
public static class LowestScores
{
    /// <summary>
    /// Prunes the surviving weights of lowest score until <paramref name="prunedInTotal"/> are pruned. Ties between
    /// equal scores are broken by |w|, then by a hash of (seed, step, tensor, index).
    /// </summary>
    /// <param name="scores">One score for each weight; those of pruned weights are unused.</param>
    /// <param name="weights">The tensor, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="prunedInTotal"/> is below the number that is
    /// already pruned, or above the size of the tensor.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or the score of a survivor is NaN.</exception>
    public static Mask Prune(
        Mask mask, ReadOnlySpan<double> scores, ReadOnlySpan<float> weights, int prunedInTotal, PruningKey key)
    {
        if (scores.Length != mask.Size || weights.Length != mask.Size)
            throw new ArgumentException(
                $"{scores.Length} scores and {weights.Length} weights for a mask of {mask.Size}.", nameof(scores));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prunedInTotal, mask.Size);
        var count = prunedInTotal - mask.Pruned;
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(prunedInTotal));
        if (count == 0) return mask;

        var (ranked, next) = (new double[mask.Kept], 0);
        for (var i = 0; i < mask.Size; i++)
        {
            if (!mask.Keeps(i)) continue;
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"The score of weight {i} of {key.Tensor} is NaN.", nameof(scores));
            ranked[next++] = scores[i];
        }

        // Only weights with the score of the boundary need tie-breakers; all below it are pruned, all above it are
        // kept.
        var boundary = ArrayStatistics.OrderStatisticInplace(ranked, count);
        var (pruned, tied) = (new List<int>(count), new List<int>());
        for (var i = 0; i < mask.Size; i++)
        {
            if (!mask.Keeps(i)) continue;
            if (scores[i] < boundary) pruned.Add(i);
            else if (scores[i] == boundary) tied.Add(i);
        }
        var room = count - pruned.Count;
        if (tied.Count > room) SortTies(CollectionsMarshal.AsSpan(tied), weights, key);
        pruned.AddRange(CollectionsMarshal.AsSpan(tied)[..room]);
        return mask.Without(CollectionsMarshal.AsSpan(pruned));
    }

    private static void SortTies(Span<int> tied, ReadOnlySpan<float> weights, PruningKey key)
    {
        var stream = KeyedRandom.Seed(key.Seed, "tie", key.Step, key.Tensor);
        var ranks = new (float Magnitude, ulong Hash)[tied.Length];
        for (var i = 0; i < tied.Length; i++)
            ranks[i] = (Math.Abs(weights[tied[i]]), KeyedRandom.Mix(stream + ((ulong)tied[i] * 0x9E3779B97F4A7C15)));
        ranks.AsSpan().Sort(tied, static (a, b) =>
            a.Magnitude != b.Magnitude ? a.Magnitude.CompareTo(b.Magnitude) : a.Hash.CompareTo(b.Hash));
    }
}
