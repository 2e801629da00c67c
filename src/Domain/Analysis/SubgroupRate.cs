using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// An error rate of one class within a group of examples, one against the rest, for both cohorts (Hooker et al. 2020;
/// analysis 6).
/// </summary>
/// <param name="Dense">Mean over the dense runs, in [0, 1].</param>
/// <param name="Pruned">Mean over the pruned runs.</param>
/// <param name="RelativeChange">(pruned - dense) / dense; null if dense is 0.</param>
/// <param name="Test">Welch's test over the runs, pruned minus dense; null with one run in a cohort.</param>
/// <param name="BeyondRest">The test of each run's rate in the group less its rate in the other examples; null also if
/// the others have no rate.</param>
public sealed record SubgroupRate(
    double Dense, double Pruned, double? RelativeChange, WelchTest? Test, WelchTest? BeyondRest)
{
    /// <summary>False positives / examples of other classes; null if the group has none of these.</summary>
    public static SubgroupRate? FalsePositives(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<bool> group, int c) => Of(gold, dense, pruned, group, c, isOfClass: false);

    /// <summary>False negatives / examples of the class; null if the group has none.</summary>
    public static SubgroupRate? FalseNegatives(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<bool> group, int c) => Of(gold, dense, pruned, group, c, isOfClass: true);

    /// <param name="group">Whether each of the N examples is in the group.</param>
    /// <param name="c">The class.</param>
    /// <param name="isOfClass">Whether the errors are those on examples of the class.</param>
    /// <exception cref="ArgumentException">A cohort is empty, or not every example has a prediction.</exception>
    private static SubgroupRate? Of(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<bool> group, int c, bool isOfClass)
    {
        if (dense.Count == 0 || pruned.Count == 0) throw new ArgumentException("Both cohorts need at least one run.");
        if (group.Count != gold.Count || !dense.Concat(pruned).All(gold.IsLike))
            throw new ArgumentException($"All {gold.Count} examples need a group and a prediction of every run.");
        int[] inside = Positions(isIn: true), outside = Positions(isIn: false);
        if (inside.Length == 0) return null;
        double[] ofDense = Rates(dense, inside), ofPruned = Rates(pruned, inside);
        var isTested = dense.Count > 1 && pruned.Count > 1;
        var (a, b) = (ofDense.Average(), ofPruned.Average());
        return new(
            a, b, a == 0 ? null : (b - a) / a, isTested ? WelchTest.Of(ofPruned, ofDense) : null,
            isTested && outside.Length > 0
                ? WelchTest.Of(Beyond(ofPruned, Rates(pruned, outside)), Beyond(ofDense, Rates(dense, outside)))
                : null);

        int[] Positions(bool isIn) =>
            [.. Enumerable.Range(0, gold.Count).Where(i => group[i] == isIn && gold.Has(i, c) == isOfClass)];

        double[] Rates(IReadOnlyList<PackedLabels> runs, int[] examples) =>
            [.. runs.Select(run => (double)examples.Count(i => run.Has(i, c) != isOfClass) / examples.Length)];
    }

    private static double[] Beyond(double[] group, double[] rest) => [.. group.Zip(rest, (a, b) => a - b)];
}
