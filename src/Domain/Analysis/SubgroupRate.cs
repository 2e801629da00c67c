using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// An error rate of one class within a group of examples, one against the rest, for both cohorts (Hooker et al.
/// 2020): false positives / examples of other classes, or false negatives / examples of the class.
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
    /// <param name="group">The errors on the examples of the group that can have this error.</param>
    /// <param name="rest">The errors on the other examples.</param>
    /// <returns>Null if the group has no such example.</returns>
    /// <exception cref="ArgumentException">A cohort is empty.</exception>
    public static SubgroupRate? Of(ErrorCounts group, ErrorCounts rest)
    {
        if (group.Dense.Count == 0 || group.Pruned.Count == 0)
            throw new ArgumentException("Both cohorts need at least one run.", nameof(group));
        if (group.Examples == 0) return null;
        double[] ofDense = group.Rates(group.Dense), ofPruned = group.Rates(group.Pruned);
        var isTested = ofDense.Length > 1 && ofPruned.Length > 1;
        var (a, b) = (ofDense.Average(), ofPruned.Average());
        return new(
            a, b, a == 0 ? null : (b - a) / a, isTested ? WelchTest.Of(ofPruned, ofDense) : null,
            isTested && rest.Examples > 0
                ? WelchTest.Of(Beyond(ofPruned, rest.Rates(rest.Pruned)), Beyond(ofDense, rest.Rates(rest.Dense)))
                : null);
    }

    private static double[] Beyond(double[] group, double[] rest) => [.. group.Zip(rest, (a, b) => a - b)];
}
