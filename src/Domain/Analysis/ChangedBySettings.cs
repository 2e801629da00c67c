namespace PieService.Domain.Analysis;

/// <summary>
/// By how many settings of a compression an example is changed, compared with settings that change examples
/// independently of one another.
/// </summary>
/// <param name="Settings">K, the number of settings.</param>
/// <param name="ByChanged">K + 1 rows, from 0 to K.</param>
/// <param name="MarginReason">Why no number is expected given the margin; null if one is.</param>
public sealed record ChangedBySettings(
    int Settings, IReadOnlyList<ChangedExamples> ByChanged, string? MarginReason = null);

/// <summary>The examples to which k of K settings give another answer than the baseline.</summary>
/// <param name="Changed">k.</param>
/// <param name="Examples">The number of such examples.</param>
/// <param name="Expected">The number that is expected if each setting changes its share of the examples, whichever
/// these are: N times the probability of a Poisson-binomial distribution.</param>
/// <param name="ExpectedGivenMargin">The same among examples of the same margin of the baseline's votes, in tenths,
/// summed over these: border examples are changed by everything. Null for one run of the baseline, whose votes have the
/// same margin on all examples.</param>
public sealed record ChangedExamples(int Changed, int Examples, double Expected, double? ExpectedGivenMargin)
{
    /// <summary>Examples / expected; null if none is expected.</summary>
    public double? Ratio => Expected > 0 ? Examples / Expected : null;

    /// <summary>Examples / expectedGivenMargin; null if none is expected, or that is not known.</summary>
    public double? RatioGivenMargin => ExpectedGivenMargin > 0 ? Examples / ExpectedGivenMargin : null;
}
