using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Comparisons;

/// <param name="Id">The id of the comparison.</param>
/// <param name="Seeds">The seeds from which the analysis was computed.</param>
/// <param name="Complete">Whether every expected run has succeeded; else the analysis is provisional.</param>
/// <param name="AnalysedAt">The time of the computation.</param>
/// <param name="AnalysisVersion">The version of the computations.</param>
/// <param name="Significance">The examples on which the votes of both cohorts differ significantly.</param>
/// <param name="Excess">How much more the cohorts disagree than the runs within them, as shares of the
/// examples.</param>
/// <param name="Halves">How often the majorities of halves of the seeds differ, and how many PIEs both find.</param>
/// <param name="CrossFit">The scores of one half of the seeds on the PIEs that the other half found.</param>
/// <param name="Stability">How much of the set of PIEs as many new seeds would change.</param>
/// <param name="ClassDistribution">Whether the PIEs are spread over the labels as the other examples are.</param>
/// <param name="Multiplicity">How many models of a cohort give an example the same answer.</param>
/// <param name="Collapse">The runs that give the same answer to almost every text, or answer by chance.</param>
/// <param name="Replication">The PIEs that are PIEs against the second dense cohort (extraDenseSeeds) too.</param>
/// <param name="Flips">How the answers of the pruned runs differ from those of the dense runs.</param>
/// <param name="Divergence">How far the probabilities of both cohorts are apart, and at which margins answers
/// change.</param>
/// <param name="Conformal">How many labels a run needs to name to include the gold label of 90 % of the
/// examples.</param>
/// <param name="Settings">By how many settings of a compression the examples are changed.</param>
/// <param name="Inference">What the numbers speak about, and what they do not say.</param>
/// <param name="Warnings">What is doubtful about the PIEs.</param>
public sealed record AnalysisResponse(
    Guid Id, ComparedSeeds Seeds, bool Complete, DateTimeOffset AnalysedAt, int AnalysisVersion,
    Significance Significance, SeedEffect Excess, HalvesResponse Halves, CrossFitResponse CrossFit,
    StabilityResponse Stability, ClassDistributionResponse ClassDistribution,
    MultiplicityResponse Multiplicity, Collapse Collapse, ReplicationResponse Replication, FlipsResponse Flips,
    DivergenceResponse Divergence, ConformalResponse Conformal, SettingsResponse Settings, Inference Inference,
    IReadOnlyList<Warning> Warnings)
{
    /// <param name="scope">A comparison that is labelled.</param>
    /// <param name="margin">The change of accuracy that is still equivalent.</param>
    public static AnalysisResponse Of(ComparisonScope scope, ComparisonAnalysis analysis, double margin)
    {
        var (comparison, result) = (scope.Comparison, analysis.Result);
        var summary = comparison.Summary!;
        var cohorts = comparison.CohortsIn(summary);
        return new(
            comparison.Id, new(summary.DenseSeeds, summary.PrunedSeeds, comparison.ExpectedPruned), summary.Complete,
            analysis.AnalysedAt, analysis.Version, result.Significance, result.Effect,
            HalvesResponse.Of(result.Halves, cohorts), CrossFitResponse.Of(result.Halves, cohorts),
            StabilityResponse.Of(result, cohorts),
            ClassDistributionResponse.Of(result.ClassDistribution, scope.Labels),
            MultiplicityResponse.Of(result.Multiplicity, cohorts), result.Collapse,
            ReplicationResponse.Of(result.Replication, cohorts), FlipsResponse.Of(result, cohorts, margin),
            DivergenceResponse.Of(result.Divergence), ConformalResponse.Of(result.Conformal),
            SettingsResponse.Of(result.Settings),
            Inference.For(scope.Foreign?.Replication ?? ReplicationKind.Training, cohorts),
            comparison.Warnings);
    }
}

/// <param name="Seeds">The seeds of each half.</param>
/// <param name="Splits">The number of ways to split the seeds that were evaluated.</param>
/// <param name="Dense">The mean share of the examples on which both halves of the dense cohort differ.</param>
/// <param name="Pruned">The same share for the pruned cohort.</param>
/// <param name="Cross">The same share for a half of the dense and the other half of the pruned cohort.</param>
/// <param name="Excess">cross - (dense + pruned) / 2.</param>
/// <param name="P05">The 5th percentile of the excess over the splits; it is not a confidence limit.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="OverDense">cross - dense.</param>
/// <param name="SeedShare">The part of the disagreement that is there within the cohorts too, in [0, 1].</param>
/// <param name="Jaccard">The mean Jaccard index of the PIEs of both halves.</param>
/// <param name="Recurrence">The share of the PIEs of one half that the other half finds too.</param>
/// <param name="Reason">Why there are no halves, and what to do about it; null if there are.</param>
public sealed record HalvesResponse(
    int? Seeds, int? Splits, double? Dense, double? Pruned, double? Cross, double? Excess, double? P05, double? P50,
    double? P95, double? OverDense, double? SeedShare, double? Jaccard, double? Recurrence, string? Reason)
{
    public static HalvesResponse Of(SeedHalves? halves, ComparedCohorts cohorts) => halves is not { Modal: var modal }
        ? new(null, null, null, null, null, null, null, null, null, null, null, null, null, NoHalves(cohorts))
        : new(
            halves.Seeds, halves.Splits, modal.Dense, modal.Pruned, modal.Cross, modal.Excess, modal.P05, modal.P50,
            modal.P95, modal.OverDense, modal.SeedShare, halves.Jaccard, halves.Recurrence, null);

    public static string NoHalves(ComparedCohorts cohorts) =>
        $"One {cohorts.Kind.Repetition} has no halves: {cohorts.Kind.MoreRuns}.";
}

/// <summary>
/// Scores in [0, 1]. A unit is an example, or for multi-label data an example and a label about which the cohorts
/// differ.
/// </summary>
/// <param name="Pies">The mean number of units in which the majorities of one half of the seeds differ.</param>
/// <param name="OnPies">Of the majorities of the other half in these units: seeds that found a PIE do not score
/// it.</param>
/// <param name="OnPiesRuns">The mean of the other half's runs in them.</param>
/// <param name="OnRest">Of the other half's majorities in the other units.</param>
/// <param name="OnOwnPies">Of the majorities that found the units, as scoreOnPies. For two labels the sum of both
/// cohorts is 1, whatever the effect.</param>
/// <param name="Reason">Why there are no scores, and what to do about it; null if there are.</param>
public sealed record CrossFitResponse(
    double? Pies, CellScores? OnPies, CellScores? OnPiesRuns, CellScores? OnRest, CellScores? OnOwnPies, string? Reason)
{
    public static CrossFitResponse Of(SeedHalves? halves, ComparedCohorts cohorts) => halves is null
        ? new(null, null, null, null, null, HalvesResponse.NoHalves(cohorts))
        : new(halves.Pies, halves.OnPies, halves.OnPiesRuns, halves.OnRest, halves.OnOwnPies, null);
}

/// <param name="ExpectedFlips">
/// The number of examples that are expected to become a PIE, or to be one no longer.
/// </param>
/// <param name="ExpectedJaccard">The expected Jaccard index of both sets of PIEs: 0 without PIEs.</param>
/// <param name="Reason">Why this is not known; null if it is.</param>
public sealed record StabilityResponse(double? ExpectedFlips, double? ExpectedJaccard, string? Reason)
{
    public static StabilityResponse Of(AnalysisResult result, ComparedCohorts cohorts) => result switch
    {
        { Stability: { } stability } => new(stability.ExpectedFlips, stability.ExpectedJaccard, null),
        { Halves: null } => new(
            null, null, $"One {cohorts.Kind.Repetition} says nothing about others: {cohorts.Kind.MoreRuns}."),
        _ => new(
            null, null,
            "The votes of so many runs on so many labels are not repeated, because the time grows as "
                + "(labels - 2) x runs^3: compare fewer runs."),
    };
}

/// <param name="ChiSquare">The statistic of PIE or rest against the gold label; null for multi-label data.</param>
/// <param name="Df">Degrees of freedom; null for multi-label data.</param>
/// <param name="P">For independence, from up to 9,999 permutations if smallExpected; null for multi-label data.</param>
/// <param name="CramersV">The size of the dependence, in [0, 1]; null for multi-label data.</param>
/// <param name="SmallExpected">Whether fewer than five examples are expected in a cell, so that chi-square alone would
/// be rough.</param>
/// <param name="Residuals">The adjusted residual of each label: how many more PIEs it has than its share, standard
/// normal for independence.</param>
/// <param name="Reason">Why there is no distribution; null if there is one.</param>
public sealed record ClassDistributionResponse(
    double? ChiSquare, int? Df, double? P, double? CramersV, bool? SmallExpected,
    IReadOnlyDictionary<string, double?>? Residuals, string? Reason)
{
    public static ClassDistributionResponse Of(PieClasses? classes, string[] labels) => classes is null
        ? new(
            null, null, null, null, null, null,
            "There is nothing to compare: there are no PIEs, or no other examples, or all examples have one label, or "
                + "none has a label.")
        : new(
            classes.ChiSquare, classes.Df, classes.PermutationP ?? classes.P, classes.CramersV, classes.SmallExpected,
            labels.Zip(classes.Residuals).ToDictionary(pair => pair.First, pair => pair.Second), null);
}

/// <param name="Dense">How many dense runs agree.</param>
/// <param name="Pruned">How many pruned runs agree.</param>
/// <param name="Reason">Why this is not known; null if it is.</param>
public sealed record MultiplicityResponse(CohortMultiplicity? Dense, CohortMultiplicity? Pruned, string? Reason)
{
    public static MultiplicityResponse Of(Multiplicity? multiplicity, ComparedCohorts cohorts) => multiplicity is null
        ? new(
            null, null,
            cohorts.IsOneAgainstOne
                ? $"One model agrees with no other: {cohorts.Kind.MoreRuns}."
                : "It is computed for single-label data only.")
        : new(multiplicity.Dense, multiplicity.Pruned, null);
}

/// <param name="Seeds">The number of runs of the second dense cohort.</param>
/// <param name="Pies">The number of PIEs.</param>
/// <param name="Replicated">The number of PIEs on which the majority of the pruned runs differs from that of the second
/// dense cohort too.</param>
/// <param name="Share">replicated / PIEs, in [0, 1]; null without PIEs.</param>
/// <param name="Reason">Why this is not known, and what to do about it; null if it is.</param>
public sealed record ReplicationResponse(int? Seeds, int? Pies, int? Replicated, double? Share, string? Reason)
{
    public static ReplicationResponse Of(Replication? replication, ComparedCohorts cohorts) => replication is null
        ? new(
            null, null, null, null,
            cohorts.Kind.NoSecondCohort(Labelling.FewestSeeds))
        : new(replication.Seeds, replication.Pies, replication.Replicated, replication.Share, null);
}

/// <param name="Dense">The sets of the dense runs.</param>
/// <param name="Pruned">The sets of the pruned runs.</param>
/// <param name="Reason">Why this is not known; null if it is.</param>
public sealed record ConformalResponse(CohortConformal? Dense, CohortConformal? Pruned, string? Reason)
{
    public static ConformalResponse Of(Conformal? conformal) => conformal is null
        ? new(null, null, "It is computed for single-label data with 18 or more examples, if all runs have scores.")
        : new(conformal.Dense, conformal.Pruned, null);
}
