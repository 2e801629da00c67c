using System.Numerics;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// The votes of many groups of the same runs on one example. For each class there is one bit for each run, so that the
/// votes of a group are the bits that the class and the group have in common.
/// </summary>
/// <param name="runs">The number of runs from which the groups are formed.</param>
/// <param name="size">The number of runs in each group.</param>
internal sealed class GroupVotes(LearningTask task, int classCount, int runs, int size)
{
    private const int WordBits = 64;

    private readonly int words = (runs + WordBits - 1) / WordBits;

    /// <summary>The bits of the runs that predict each class: C x words, row-major.</summary>
    private readonly ulong[] voters = new ulong[classCount * ((runs + WordBits - 1) / WordBits)];
    private readonly int[] votes = new int[classCount], ofRun = new int[classCount];

    /// <summary>The classes that some run predicts for the example.</summary>
    private readonly List<int> predicted = [];

    /// <summary>The classes that decide whether groups agree, ascending; empty if all groups agree.</summary>
    private readonly List<int> open = [];

    /// <summary>The bits of a group.</summary>
    public ulong[] Group(IEnumerable<int> members)
    {
        var group = new ulong[words];
        foreach (var run in members) group[run / WordBits] |= 1UL << (run % WordBits);
        return group;
    }

    /// <summary>Whether some groups of the size may have other majorities than others.</summary>
    public bool MayDiffer => open.Count > 0;

    /// <summary>Replaces the example.</summary>
    /// <param name="predictions">The predictions of each run.</param>
    public void Read(IReadOnlyList<PackedLabels> predictions, int example)
    {
        foreach (var c in predicted)
        {
            voters.AsSpan(c * words, words).Clear();
            votes[c] = 0;
        }
        predicted.Clear();
        for (var run = 0; run < runs; run++)
        {
            var count = predictions[run].ClassesAt(example, ofRun);
            foreach (var c in ofRun.AsSpan(0, count))
            {
                if (votes[c]++ == 0) predicted.Add(c);
                voters[(c * words) + (run / WordBits)] |= 1UL << (run % WordBits);
            }
        }
        open.Clear();
        foreach (var c in predicted)
        {
            // For single-label data, a majority of every group is the class of every group.
            if (task == LearningTask.SingleLabel && IsEverywhere(c))
            {
                open.Clear();
                return;
            }
            if (task == LearningTask.SingleLabel || !(IsEverywhere(c) || IsNowhere(c))) open.Add(c);
        }
        open.Sort();
    }

    /// <summary>
    /// Whether the majorities of two groups differ: for single-label data the classes with most votes, the smallest of
    /// several; for multi-label data the sets of classes that more than half of a group predicts.
    /// </summary>
    public bool Differ(ulong[] a, ulong[] b)
    {
        if (task == LearningTask.SingleLabel) return Mode(a) != Mode(b);
        foreach (var c in open)
            if (2 * Votes(c, a) > size != 2 * Votes(c, b) > size) return true;
        return false;
    }

    /// <summary>Whether more than half of every group predicts the class: too few runs do not.</summary>
    private bool IsEverywhere(int c) => 2 * (runs - votes[c]) < size;

    /// <summary>Whether no group has a strict majority for the class: too few runs predict it.</summary>
    private bool IsNowhere(int c) => 2 * votes[c] <= size;

    private int Mode(ulong[] group)
    {
        var (mode, most) = (-1, 0);
        foreach (var c in open)
        {
            var count = Votes(c, group);
            if (count > most) (mode, most) = (c, count);
        }
        return mode;
    }

    private int Votes(int c, ulong[] group)
    {
        var count = 0;
        for (var word = 0; word < group.Length; word++)
            count += BitOperations.PopCount(voters[(c * words) + word] & group[word]);
        return count;
    }
}
