using System.Numerics;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts the errors of all runs within subgroups, a block of examples at a time: what it keeps are a few numbers for
/// each run, subgroup and class.
/// </summary>
/// <param name="subgroups">The number of subgroups.</param>
/// <param name="classCount">C, the number of classes of the dataset.</param>
/// <param name="classes">The indices of the classes whose errors are counted.</param>
/// <param name="runs">The number of dense and of pruned runs.</param>
public sealed class SubgroupTally(
    int subgroups, int classCount, IReadOnlyList<int> classes, (int Dense, int Pruned) runs)
{
    /// <summary>The last group has all examples.</summary>
    private readonly Group[] groups = [
        .. Enumerable.Range(0, subgroups + 1).Select(_ => new Group(classes.Count, runs.Dense + runs.Pruned))];

    /// <summary>The place of each of the C classes among those that are counted; -1 for others.</summary>
    private readonly int[] places = Places(classCount, classes);

    private readonly int[] found = new int[Math.Max(2, classCount)];
    private readonly List<Group> own = [];

    /// <param name="membership">For each example of the block, a set with bit i for subgroup i.</param>
    /// <param name="isPie">Whether each example of the block is a PIE.</param>
    public void Add(ComparedAnswers answers, ReadOnlySpan<UInt128> membership, ReadOnlySpan<bool> isPie)
    {
        var gold = answers.Gold;
        PackedLabels[] predicted = [.. answers.Dense, .. answers.Pruned];
        for (var i = 0; i < membership.Length; i++)
        {
            FindGroups(membership[i]);
            foreach (var group in own) group.Add(isPie[i]);
            var labels = gold.ClassesAt(i, found);
            for (var at = 0; at < labels; at++)
                if (places[found[at]] is >= 0 and var place)
                    foreach (var group in own) group.Given[place]++;
            for (var run = 0; run < predicted.Length; run++)
            {
                var errors = FindErrors(gold, predicted[run], i);
                for (var at = 0; at < errors; at++)
                {
                    if (places[found[at]] is not (>= 0 and var place)) continue;
                    var isMissed = gold.Has(i, found[at]);
                    foreach (var group in own)
                        (isMissed ? group.Missed : group.Wrong)[(run * classes.Count) + place]++;
                }
            }
        }
    }

    /// <returns>The classes of each subgroup, subgroup by subgroup.</returns>
    public IReadOnlyList<SubgroupEffect> Effects()
    {
        var rows = (from subgroup in Enumerable.Range(0, subgroups)
                    from place in Enumerable.Range(0, classes.Count)
                    select (Subgroup: subgroup, Place: place)).ToList();
        var (all, positives, negatives) =
            (groups[^1], new List<SubgroupRate?>(rows.Count), new List<SubgroupRate?>(rows.Count));
        foreach (var (subgroup, place) in rows)
        {
            var (ofGroup, ofAll) = (FalsePositives(groups[subgroup], place), FalsePositives(all, place));
            positives.Add(SubgroupRate.Of(ofGroup, ofAll.Without(ofGroup)));
            (ofGroup, ofAll) = (FalseNegatives(groups[subgroup], place), FalseNegatives(all, place));
            negatives.Add(SubgroupRate.Of(ofGroup, ofAll.Without(ofGroup)));
        }
        var (fpr, fnr) = (AdjustedRate.Of(positives), AdjustedRate.Of(negatives));
        return
        [
            .. rows.Select((row, i) => new SubgroupEffect(
                row.Subgroup, classes[row.Place], groups[row.Subgroup].Examples, fpr[i], fnr[i],
                PiesOf(groups[row.Subgroup]))),
        ];

        SubgroupPies? PiesOf(Group group) => SubgroupPies.Of(
            (group.Pies, group.Examples), (all.Pies - group.Pies, all.Examples - group.Examples));
    }

    private static int[] Places(int classCount, IReadOnlyList<int> classes)
    {
        var places = new int[classCount];
        Array.Fill(places, -1);
        foreach (var (place, c) in classes.Index()) places[c] = place;
        return places;
    }

    private void FindGroups(UInt128 membership)
    {
        own.Clear();
        own.Add(groups[^1]);
        for (var rest = membership; rest != 0; rest &= rest - 1) own.Add(groups[(int)UInt128.TrailingZeroCount(rest)]);
    }

    /// <summary>Finds the classes that an example has and a run does not predict, or the other way round.</summary>
    private int FindErrors(PackedLabels gold, PackedLabels predicted, int example)
    {
        var one = gold.At(example);
        var other = predicted.At(example);
        if (one.SequenceEqual(other)) return 0;
        if (gold.Task == LearningTask.SingleLabel)
        {
            (found[0], found[1]) = (gold.ClassAt(example), predicted.ClassAt(example));
            return 2;
        }
        var count = 0;
        for (var at = 0; at < one.Length; at++)
            for (var rest = one[at] ^ other[at]; rest != 0; rest &= rest - 1)
                found[count++] = (at * 8) + BitOperations.TrailingZeroCount(rest);
        return count;
    }

    private ErrorCounts FalsePositives(Group group, int place) =>
        Errors(group.Wrong, group.Examples - group.Given[place], place);

    private ErrorCounts FalseNegatives(Group group, int place) => Errors(group.Missed, group.Given[place], place);

    private ErrorCounts Errors(int[] errors, int examples, int place)
    {
        return new(examples, Of(0, runs.Dense), Of(runs.Dense, runs.Pruned));

        int[] Of(int first, int count) =>
            [.. Enumerable.Range(first, count).Select(run => errors[(run * classes.Count) + place])];
    }

    /// <summary>The counts of one group; those of the runs are in the order of runs, then of classes.</summary>
    private sealed class Group(int classes, int runs)
    {
        public int Examples { get; private set; }
        public int Pies { get; private set; }
        public int[] Given { get; } = new int[classes];

        /// <summary>False positives.</summary>
        public int[] Wrong { get; } = new int[runs * classes];

        /// <summary>False negatives.</summary>
        public int[] Missed { get; } = new int[runs * classes];

        public void Add(bool isPie)
        {
            Examples++;
            if (isPie) Pies++;
        }
    }
}
