using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// How much pruning changes single models, to compare with how much it changes the majority (study 5.6, 3): the share
/// of the examples on which the dense and the pruned run of one seed disagree. They are counted a block of examples at
/// a time.
/// </summary>
/// <param name="seeds">The number of seeds, which both cohorts have.</param>
public sealed class SeedChurn(int seeds)
{
    private readonly int[] changed = new int[seeds];
    private int examples;

    /// <summary>Shares in [0, 1], one for each seed; not a number if there are no examples.</summary>
    public IReadOnlyCollection<double> PerSeed => Array.ConvertAll(changed, count => (double)count / examples);

    /// <param name="dense">The predictions of each dense run for the block, in seed order.</param>
    /// <param name="pruned">The predictions of the pruned run of the same seed, in the same order.</param>
    /// <exception cref="ArgumentException">The cohorts do not have these seeds, or not the same examples.</exception>
    public void Add(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        if (dense.Count != seeds || pruned.Count != seeds)
            throw new ArgumentException("Every dense run needs the pruned run of its seed.", nameof(pruned));
        for (var seed = 0; seed < seeds; seed++) changed[seed] += Changed(dense[seed], pruned[seed]);
        examples += dense[0].Count;
    }

    private static int Changed(PackedLabels dense, PackedLabels pruned)
    {
        if (!dense.IsLike(pruned))
            throw new ArgumentException("Both runs must have predicted the same examples.", nameof(pruned));
        var changed = 0;
        for (var i = 0; i < dense.Count; i++)
            if (!dense.At(i).SequenceEqual(pruned.At(i))) changed++;
        return changed;
    }
}
