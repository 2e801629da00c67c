using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// How much pruning changes single models, to compare with how much it changes the majority (study 5.6, 3): the share
/// of the examples on which the dense and the pruned run of one seed disagree.
/// </summary>
public static class SeedChurn
{
    /// <param name="dense">The predictions of each dense run, in seed order.</param>
    /// <param name="pruned">The predictions of the pruned run of the same seed, in the same order.</param>
    /// <returns>Shares in [0, 1], one for each seed.</returns>
    /// <exception cref="ArgumentException">The cohorts do not have the same seeds, or there are no
    /// examples.</exception>
    public static IReadOnlyCollection<double> PerSeed(
        IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        if (dense.Count != pruned.Count)
            throw new ArgumentException("Every dense run needs the pruned run of its seed.", nameof(pruned));
        return [.. dense.Zip(pruned, Share)];
    }

    private static double Share(PackedLabels dense, PackedLabels pruned)
    {
        if (dense.Count == 0 || !dense.IsLike(pruned))
            throw new ArgumentException("Both runs must have predicted the same examples.", nameof(pruned));
        var changed = 0;
        for (var i = 0; i < dense.Count; i++)
            if (!dense.At(i).SequenceEqual(pruned.At(i))) changed++;
        return (double)changed / dense.Count;
    }
}
