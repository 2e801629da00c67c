using System.Text.Json.Serialization;
using PieService.Domain.Statistics;

namespace PieService.Domain.Pies;

public enum NoiseFloorKind
{
    /// <summary>The groups are two dense cohorts, each as large as the comparison's own.</summary>
    [JsonStringEnumMemberName("secondCohort")] SecondCohort,

    /// <summary>
    /// The groups are halves of the existing dense runs. Their majorities are noisier than those of the cohort, so the
    /// noise floor is mostly overestimated; where ties of an even number of runs go to the same label, it may be
    /// underestimated.
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
/// <param name="P05">The 5th percentile of the PIE rate over the ways to form the groups.</param>
/// <param name="P50">The median of the PIE rate.</param>
/// <param name="P95">The 95th percentile of the PIE rate.</param>
/// <param name="Reason">The reason why there is no noise floor, and what to do about it; null if there is one.</param>
public sealed record NoiseFloor(
    NoiseFloorKind? Kind, int Seeds, int Splits, double? Mean, double? Sd, double? P05, double? P50, double? P95,
    string? Reason)
{
    /// <summary>Half of fewer dense runs than this is too small for a cohort.</summary>
    public const int FewestRuns = 4;

    private const int MostSplits = 100;

    /// <param name="runs">The number of dense runs.</param>
    /// <param name="kind">Where the runs come from.</param>
    /// <returns>The noise floor of fewer runs than <see cref="FewestRuns"/>.</returns>
    public static NoiseFloor None(int runs, CohortKind kind) => new(
        null, 0, 0, null, null, null, null, null,
        $"There {(runs == 1 ? "is 1 run" : $"are {runs} runs")} of the baseline, but {FewestRuns} are needed: "
            + $"{kind.MoreForNoiseFloor}.");

    /// <param name="size">The number of runs in each group.</param>
    /// <param name="rates">The PIE rate between the groups of each pair, at least one.</param>
    public static NoiseFloor Of(NoiseFloorKind kind, int size, IEnumerable<double> rates)
    {
        double[] all = [.. rates];
        var spread = Spread.Of(all);
        Array.Sort(all);
        return new(
            kind, size, all.Length, spread.Mean, spread.Sd, Percentile.Of(all, 5), Percentile.Of(all, 50),
            Percentile.Of(all, 95), Reason: null);
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
}
