using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <param name="First">The comparison that comes first in the sweep's request.</param>
/// <param name="Second">The other comparison.</param>
/// <param name="Examples">The number of examples of the split; null, as the other numbers, until both comparisons are
/// labelled.</param>
/// <param name="Shared">The number of examples that are PIEs of both.</param>
/// <param name="Union">The number of examples that are PIEs of at least one.</param>
/// <param name="Jaccard">shared / union; null without PIEs.</param>
/// <param name="ExpectedShared">The expected value of shared for independent sets.</param>
/// <param name="ExpectedJaccard">The Jaccard index of two sets that share the expected number.</param>
/// <param name="Ratio">shared / expectedShared: 1 for independent sets; null if a comparison has no PIE.</param>
/// <param name="Kappa">Cohen's kappa of both comparisons on PIE or not: 0 for independent sets, 1 for equal
/// ones.</param>
/// <param name="GivenMargin">The same for independent sets among examples of the same dense margin.</param>
public sealed record OverlapResponse(
    OverlappingComparison First, OverlappingComparison Second, int? Examples, int? Shared, int? Union, double? Jaccard,
    double? ExpectedShared, double? ExpectedJaccard, double? Ratio, double? Kappa, GivenMargin? GivenMargin)
{
    public static OverlapResponse Of(Comparison first, Comparison second, OverlapTable.Scope scope)
    {
        var (one, other) = (PiesOf(first), PiesOf(second));
        OverlappingComparison named = OverlappingComparison.Of(first, one), against =
            OverlappingComparison.Of(second, other);
        if (one is null || other is null || named.Pies is not { } n1 || against.Pies is not { } n2)
            return new(named, against, null, null, null, null, null, null, null, null, null);
        var shared = one.Shared(other);
        var overlap = PieOverlap.Of(n1, n2, shared, one.Examples);
        var (strata, othersStrata) = (scope.Strata.Of(first), scope.Strata.Of(second));
        return new(
            named, against, one.Examples, overlap.Shared, overlap.Union, overlap.Jaccard, overlap.ExpectedShared,
            overlap.ExpectedJaccard, overlap.Ratio, PieOverlap.Kappa(n1, n2, shared, one.Examples),
            GivenMargin.Of(OverlapGivenMargin.Of(one, other, strata, strata == othersStrata ? null : othersStrata)));

        PieSet? PiesOf(Comparison comparison) => scope.Sets.Pies.GetValueOrDefault(comparison.Number);
    }
}

/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
/// <param name="Compression">The compression of that cohort in words.</param>
/// <param name="Bits">The bits of one of its weights.</param>
/// <param name="Pies">The number of its PIEs, with maxQ of those that are significant; null until it is
/// labelled.</param>
public sealed record OverlappingComparison(
    Guid ComparisonId, string Model, Architecture Architecture, Method Method, decimal Sparsity, Method Baseline,
    string? Cohort, string? Compression, double? Bits, Split Split, int? Pies) : IComparisonIdentity
{
    public static OverlappingComparison Of(Comparison comparison, PieSet? pies) => new(
        comparison.Id, comparison.Model, comparison.Architecture, comparison.Method, comparison.Sparsity,
        comparison.Baseline, comparison.Cohort, comparison.Compression, comparison.Bits, comparison.Split,
        pies?.Count);
}

/// <param name="ExpectedShared">The expected value of shared, summed over tenths of the dense margin.</param>
/// <param name="Ratio">shared / expectedShared; null if nothing is expected.</param>
/// <param name="Z">shared - expectedShared in standard deviations; null if the margin decides everything.</param>
/// <param name="P">Of z, two-sided; null where z is.</param>
public sealed record GivenMargin(double ExpectedShared, double? Ratio, double? Z, double? P)
{
    public static GivenMargin Of(OverlapGivenMargin overlap) =>
        new(overlap.ExpectedShared, overlap.Ratio, overlap.Z, overlap.P);
}
