using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// How much pruning changes single models, next to what it changes in the majority (study 5.6, 3): the share of the examples
/// on which the dense and the pruned run of one seed disagree.
/// </summary>
public static class SeedChurn
{
    /// <param name="dense">Packed classes (N x uint16) of each dense run, in seed order.</param>
    /// <param name="pruned">Of the pruned run of the same seed, in the same order.</param>
    /// <returns>Shares in [0, 1], one for each seed.</returns>
    /// <exception cref="ArgumentException">The cohorts don't have the same seeds, or no example was answered.</exception>
    public static IReadOnlyCollection<double> PerSeed(IReadOnlyList<byte[]> dense, IReadOnlyList<byte[]> pruned)
    {
        if (dense.Count != pruned.Count) throw new ArgumentException("Every dense run needs the pruned run of its seed.", nameof(pruned));
        return [.. dense.Zip(pruned, Share)];
    }

    private static double Share(byte[] dense, byte[] pruned)
    {
        var examples = dense.Length / 2;
        if (examples == 0 || pruned.Length != dense.Length) throw new ArgumentException("Both runs must have answered the same examples.", nameof(pruned));
        var changed = 0;
        for (var i = 0; i < examples; i++)
            if (PackedPredictions.ClassAt(dense, i) != PackedPredictions.ClassAt(pruned, i)) changed++;
        return (double)changed / examples;
    }
}
