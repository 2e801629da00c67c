using System.Text.Json.Serialization;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

public enum NoiseFloorKind
{
    /// <summary>The groups are two dense cohorts, each as large as the comparison's own.</summary>
    [JsonStringEnumMemberName("secondCohort")] SecondCohort,

    /// <summary>
    /// The groups are halves of the existing dense runs. Their majorities are noisier than those of the cohort, so the
    /// noise floor is overestimated.
    /// </summary>
    [JsonStringEnumMemberName("halves")] Halves,
}

/// <summary>
/// The PIE rate that a change of seeds alone causes (dense control of the study): the rate between two groups of dense
/// runs with different seeds, as a distribution over the ways to form such groups. The distribution is not a confidence
/// interval. The dense and the pruned run of one seed share initial weights and batch order, but the runs of these
/// groups do not, so the PIE rate of a mild pruning may be below the noise floor.
/// </summary>
/// <param name="Kind">The kind of the groups; null if there is no noise floor.</param>
/// <param name="Seeds">The number of runs in each of the two groups.</param>
/// <param name="Splits">The number of ways to form the groups that were evaluated.</param>
/// <param name="Mean">The mean PIE rate, PIEs / examples, in [0, 1]. The percentiles have the same unit.</param>
/// <param name="Sd">
/// The standard deviation over the ways to form the groups (ddof = 1); null if there is only one.
/// </param>
/// <param name="Reason">The reason why there is no noise floor, and what to do about it; null if there is one.</param>
public sealed record NoiseFloor(
    NoiseFloorKind? Kind, int Seeds, int Splits, double? Mean, double? Sd, double? P05, double? P50, double? P95,
    string? Reason)
{
    /// <summary>Half of fewer dense runs than this is too small for a cohort.</summary>
    public const int FewestRuns = 4;

    private const int MostSplits = 100;

    /// <param name="runs">The predictions of every dense run, including those of further seeds.</param>
    /// <param name="cohortSize">The number of runs in the comparison's own dense cohort.</param>
    /// <exception cref="ArgumentException">A run did not predict the same examples as the others, or there are no
    /// examples.</exception>
    public static NoiseFloor Of(IReadOnlyList<PackedLabels> runs, int cohortSize)
    {
        if (runs.Count < FewestRuns)
            return new(
                null, 0, 0, null, null, null, null, null,
                $"There are {runs.Count} runs of the baseline, but {FewestRuns} are needed: request more seeds or, " +
                "if the baseline is dense, extraDenseSeeds.");
        if (runs[0].Count == 0 || !runs.All(runs[0].IsLike))
            throw new ArgumentException("Every run must have predicted the same examples, at least one.", nameof(runs));

        var size = Math.Min(cohortSize, runs.Count / 2);
        var rates = Pairs(runs.Count, size).Select(split => Rate(Group(split.A), Group(split.B))).ToList();
        var spread = Spread.Of(rates);
        rates.Sort();
        return new(
            size == cohortSize ? NoiseFloorKind.SecondCohort : NoiseFloorKind.Halves, size, rates.Count, spread.Mean,
            spread.Sd,
            Percentile.Of(rates, 5), Percentile.Of(rates, 50), Percentile.Of(rates, 95), Reason: null);

        PackedLabels[] Group(int[] members) => Array.ConvertAll(members, member => runs[member]);
    }

    /// <summary>
    /// Different pairs of disjoint groups of this number of runs, chosen by a fixed key; all pairs if there are few.
    /// </summary>
    public static IEnumerable<(int[] A, int[] B)> Pairs(int runs, int size)
    {
        var (seen, wanted) = (new HashSet<string>(), Math.Min(MostSplits, Ways(runs, size)));
        for (var draw = 0; seen.Count < wanted; draw++)
        {
            var order = KeyedRandom.For("noise floor", runs, size, draw).Permutation(runs);
            var (a, b) = (order[..size], order[size..(2 * size)]);
            Array.Sort(a);
            Array.Sort(b);
            if (a[0] > b[0]) (a, b) = (b, a);
            if (seen.Add($"{string.Join(' ', a)}/{string.Join(' ', b)}")) yield return (a, b);
        }
    }

    /// <summary>
    /// The number of pairs of disjoint groups, whose order does not matter: runs! / (size!^2 (runs - 2 size)! 2).
    /// </summary>
    private static double Ways(int runs, int size)
    {
        var ways = 0.5;
        for (var i = 0; i < 2 * size; i++) ways *= (double)(runs - i) / ((i % size) + 1);
        return Math.Round(ways);
    }

    /// <summary>The share of the examples on which the majorities of two groups of the same size differ.</summary>
    private static double Rate(PackedLabels[] a, PackedLabels[] b)
    {
        var (ofA, ofB, differ) = (new int[a[0].ClassCount], new int[a[0].ClassCount], 0);
        for (var i = 0; i < a[0].Count; i++)
            if (a[0].Task == LearningTask.SingleLabel
                ? Mode(a, i, ofA) != Mode(b, i, ofB) : HaveOtherMajorities(a, b, i, ofA, ofB)) differ++;
        return (double)differ / a[0].Count;
    }

    /// <summary>For single-label data: the class with most votes, and the smallest of several.</summary>
    /// <param name="votes">All zero before the call, and again after it.</param>
    private static int Mode(PackedLabels[] group, int example, int[] votes)
    {
        var mode = -1;
        foreach (var run in group) votes[run.ClassAt(example)]++;
        foreach (var run in group)
        {
            var c = run.ClassAt(example);
            if (mode < 0 || votes[c] > votes[mode] || (votes[c] == votes[mode] && c < mode)) mode = c;
        }
        foreach (var run in group) votes[run.ClassAt(example)] = 0;
        return mode;
    }

    /// <summary>For multi-label data: whether the strict majorities differ on some class.</summary>
    private static bool HaveOtherMajorities(PackedLabels[] a, PackedLabels[] b, int example, int[] ofA, int[] ofB)
    {
        Array.Clear(ofA);
        Array.Clear(ofB);
        foreach (var run in a) run.Vote(example, ofA);
        foreach (var run in b) run.Vote(example, ofB);
        var (one, other) = (new LabelVotes(ofA, a.Length), new LabelVotes(ofB, b.Length));
        for (var c = 0; c < ofA.Length; c++)
            if (one.IsPredicted(c) != other.IsPredicted(c)) return true;
        return false;
    }
}
