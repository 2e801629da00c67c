using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// How much pruning changes single models, to compare with how much it changes the majority: the share
/// of the examples on which the dense and the pruned run of one seed disagree. If the cohorts are not paired, a pruned
/// run is compared with every dense run. Examples are counted a block at a time.
/// </summary>
public sealed class SeedChurn(ComparedCohorts cohorts)
{
    /// <summary>For each pruned run, the examples on which it disagrees, summed over the dense runs.</summary>
    private readonly long[] changed = new long[cohorts.Pruned];
    private long examples;

    /// <summary>Shares in [0, 1], one for each pruned run; not a number if there are no examples.</summary>
    public IReadOnlyCollection<double> PerRun =>
        Array.ConvertAll(changed, count => (double)count / (examples * (cohorts.Paired ? 1 : cohorts.Dense)));

    /// <exception cref="ArgumentException">The cohorts have other sizes, or not the same examples.</exception>
    public void Add(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        if (dense.Count != cohorts.Dense || pruned.Count != cohorts.Pruned)
            throw new ArgumentException($"There are {cohorts.Dense} dense and {cohorts.Pruned} pruned runs.");
        if (!dense.Concat(pruned).All(dense[0].IsLike))
            throw new ArgumentException("All runs must have predicted the same examples.", nameof(pruned));
        if (cohorts.Paired)
            for (var seed = 0; seed < pruned.Count; seed++) changed[seed] += Changed(dense[seed], pruned[seed]);
        else if (dense[0].Task == LearningTask.SingleLabel) AddByVotes(dense, pruned);
        else
            for (var run = 0; run < pruned.Count; run++)
                changed[run] += dense.Sum(other => (long)Changed(other, pruned[run]));
        examples += dense[0].Count;
    }

    /// <summary>The votes for a class say how many dense runs agree with a pruned run, in time linear in the
    /// runs.</summary>
    private void AddByVotes(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        var votes = new int[dense[0].ClassCount];
        for (var i = 0; i < dense[0].Count; i++)
        {
            foreach (var run in dense) votes[run.ClassAt(i)]++;
            for (var run = 0; run < pruned.Count; run++) changed[run] += dense.Count - votes[pruned[run].ClassAt(i)];
            foreach (var run in dense) votes[run.ClassAt(i)] = 0;
        }
    }

    private static int Changed(PackedLabels dense, PackedLabels pruned)
    {
        var changed = 0;
        for (var i = 0; i < dense.Count; i++)
            if (!dense.At(i).SequenceEqual(pruned.At(i))) changed++;
        return changed;
    }
}
