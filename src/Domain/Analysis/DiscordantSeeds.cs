using System.Numerics;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// For each label of one example, the seeds for which the run of only one cohort predicts it: what a paired test
/// counts.
/// </summary>
/// <param name="classCount">C.</param>
public sealed class DiscordantSeeds(int classCount)
{
    private readonly int[] denseOnly = new int[classCount], prunedOnly = new int[classCount];

    /// <summary>b, for each of the C labels.</summary>
    public ReadOnlySpan<int> DenseOnly => denseOnly;

    /// <summary>e, for each of the C labels.</summary>
    public ReadOnlySpan<int> PrunedOnly => prunedOnly;

    /// <summary>Replaces the example.</summary>
    /// <param name="dense">The predictions of each dense run, in seed order.</param>
    /// <param name="pruned">The predictions of the pruned run of the same seed, in the same order.</param>
    public void Read(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned, int example)
    {
        Array.Clear(denseOnly);
        Array.Clear(prunedOnly);
        for (var seed = 0; seed < dense.Count; seed++)
            if (dense[seed].Task == LearningTask.SingleLabel)
                AddClasses(dense[seed].ClassAt(example), pruned[seed].ClassAt(example));
            else
                AddSets(dense[seed].At(example), pruned[seed].At(example));
    }

    private void AddClasses(int dense, int pruned)
    {
        if (dense == pruned) return;
        denseOnly[dense]++;
        prunedOnly[pruned]++;
    }

    private void AddSets(ReadOnlySpan<byte> dense, ReadOnlySpan<byte> pruned)
    {
        for (var at = 0; at < dense.Length; at++)
        {
            Add(dense[at] & ~pruned[at], at, denseOnly);
            Add(pruned[at] & ~dense[at], at, prunedOnly);
        }
    }

    private static void Add(int bits, int at, int[] counts)
    {
        for (; bits != 0; bits &= bits - 1) counts[(at * 8) + BitOperations.TrailingZeroCount(bits)]++;
    }
}
