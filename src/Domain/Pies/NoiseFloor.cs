using System.Text.Json.Serialization;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

public enum NoiseFloorKind
{
    /// <summary>Two dense cohorts, each as large as the comparison's own.</summary>
    [JsonStringEnumMemberName("secondCohort")] SecondCohort,

    /// <summary>Halves of the dense runs that there are. Their majorities are noisier than the cohort's, so it overstates.</summary>
    [JsonStringEnumMemberName("halves")] Halves,
}

/// <summary>
/// The PIE rate that seeds alone would give (study 1.15, dense control): between two groups of dense runs of different seeds, as a
/// distribution over ways to split them, which is no confidence interval. Dense and pruned runs of one seed share weights
/// and order, these groups do not: a mild pruning may lie below the floor.
/// </summary>
/// <param name="Kind">Null where there is none.</param>
/// <param name="Seeds">Runs in each of the two groups.</param>
/// <param name="Splits">How many ways to split them were counted.</param>
/// <param name="Mean">PIEs / examples, in [0, 1]; likewise the percentiles.</param>
/// <param name="Sd">Over the splits, ddof = 1; null for a single one.</param>
/// <param name="Reason">Why there is none, and what would help; null where there is one.</param>
public sealed record NoiseFloor(
    NoiseFloorKind? Kind, int Seeds, int Splits, double? Mean, double? Sd, double? P05, double? P50, double? P95, string? Reason)
{
    /// <summary>Below this number of dense runs a half is no cohort.</summary>
    public const int FewestRuns = 4;

    private const int MostSplits = 100;

    /// <param name="runs">Packed classes (N x uint16) of every dense run, those of further seeds included.</param>
    /// <param name="classCount">C.</param>
    /// <param name="cohortSize">Runs of the comparison's own dense cohort.</param>
    /// <exception cref="ArgumentException">A run did not answer the examples that the others did, or there are none.</exception>
    public static NoiseFloor Of(IReadOnlyList<byte[]> runs, int classCount, int cohortSize)
    {
        if (runs.Count < FewestRuns)
            return new(null, 0, 0, null, null, null, null, null, $"There are {runs.Count} runs of the baseline, and it takes {FewestRuns}: ask for more seeds or, where the baseline is dense, for extraDenseSeeds.");
        if (runs.Any(classes => classes.Length == 0 || classes.Length != runs[0].Length))
            throw new ArgumentException("Every run must have answered the same examples, at least one.", nameof(runs));

        var size = Math.Min(cohortSize, runs.Count / 2);
        var rates = Pairs(runs.Count, size).Select(split => Rate(Group(split.A), Group(split.B), runs[0].Length / 2, classCount)).ToList();
        var spread = Spread.Of(rates);
        rates.Sort();
        return new(
            size == cohortSize ? NoiseFloorKind.SecondCohort : NoiseFloorKind.Halves, size, rates.Count, spread.Mean, spread.Sd,
            Percentile.Of(rates, 5), Percentile.Of(rates, 50), Percentile.Of(rates, 95), Reason: null);

        byte[][] Group(int[] members) => Array.ConvertAll(members, member => runs[member]);
    }

    /// <summary>Different pairs of disjoint groups of so many of the runs, by a fixed key; all pairs where they are few.</summary>
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

    /// <summary>Ways to take two disjoint groups, whose order does not matter: runs! / (size!^2 (runs - 2 size)! 2).</summary>
    private static double Ways(int runs, int size)
    {
        var ways = 0.5;
        for (var i = 0; i < 2 * size; i++) ways *= (double)(runs - i) / ((i % size) + 1);
        return Math.Round(ways);
    }

    /// <summary>Share of the examples on which the majorities of two groups differ, ties to the smallest class.</summary>
    private static double Rate(byte[][] a, byte[][] b, int examples, int classCount)
    {
        var (votes, differ) = (new int[classCount], 0);
        for (var i = 0; i < examples; i++)
            if (Mode(a, i, votes) != Mode(b, i, votes)) differ++;
        return (double)differ / examples;
    }

    /// <param name="votes">All zero, and so again afterwards.</param>
    private static int Mode(byte[][] group, int example, int[] votes)
    {
        var mode = -1;
        foreach (var classes in group) votes[PackedPredictions.ClassAt(classes, example)]++;
        foreach (var classes in group)
        {
            var c = PackedPredictions.ClassAt(classes, example);
            if (mode < 0 || votes[c] > votes[mode] || (votes[c] == votes[mode] && c < mode)) mode = c;
        }
        foreach (var classes in group) votes[PackedPredictions.ClassAt(classes, example)] = 0;
        return mode;
    }
}
