using System.Text.Json.Serialization;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Pies;

public enum ScoreMetric
{
    /// <summary>The accuracy, for single-label data.</summary>
    [JsonStringEnumMemberName("accuracy")] Accuracy,

    /// <summary>The macro-averaged F1, for multi-label data.</summary>
    [JsonStringEnumMemberName("macroF1")] MacroF1,
}

/// <summary>The result of one labelling, of paired cohorts over the seeds that both have.</summary>
/// <param name="Complete">Every expected run of both cohorts succeeded.</param>
/// <param name="AchievedSparsity">Over the pruned runs, in percent; null for imported predictions of unknown
/// sparsity.</param>
/// <param name="DenseTies">The number of examples on which the dense vote is a tie.</param>
/// <param name="DenseOnPies">Single-label: accuracy of the dense majority on the PIEs. Multi-label: mean over the dense
/// runs of their macro-F1 on the PIEs, over all C classes, so that classes that are absent there count as 0.
/// Null if there are no PIEs.</param>
/// <param name="Churn">Share of the examples on which the two runs of one seed disagree, over the seeds; of unpaired
/// cohorts the mean share on which a pruned run and a dense run disagree, over the pruned runs.</param>
/// <param name="InfluenceEpochs">The epochs by whose EL2N the examples are put into bins; empty if there are no
/// bins.</param>
/// <param name="NoInfluence">Why there are no bins; null if there are.</param>
/// <param name="TiedPies">The number of PIEs on which the vote of a cohort is a tie.</param>
/// <param name="DenseCollapsed">The number of dense runs that have collapsed (<see cref="RunCollapse"/>).</param>
/// <param name="PrunedCollapsed">The number of pruned runs that have collapsed.</param>
public sealed record ComparisonSummary(
    int DenseSeeds,
    int PrunedSeeds,
    bool Complete,
    int Examples,
    int Pies,
    int DenseTies,
    int PrunedTies,
    Spread? AchievedSparsity,
    Spread DenseScore,
    Spread PrunedScore,
    double? DenseOnPies,
    double? PrunedOnPies,
    Spread Churn,
    NoiseFloor NoiseFloor,
    IReadOnlyList<int> InfluenceEpochs,
    string? NoInfluence = null,
    ScoreMetric Metric = ScoreMetric.Accuracy,
    int TiedPies = 0,
    int DenseCollapsed = 0,
    int PrunedCollapsed = 0)
{
    /// <summary>Whether most runs of a cohort have collapsed; then the PIEs do not show an effect of pruning.</summary>
    [JsonIgnore]
    public bool HasCollapsedCohort => HasCollapsedDense || HasCollapsedPruned;

    [JsonIgnore]
    public bool HasCollapsedDense => CollapseStates.Of(DenseCollapsed, DenseSeeds) >= CollapseState.Most;

    [JsonIgnore]
    public bool HasCollapsedPruned => CollapseStates.Of(PrunedCollapsed, PrunedSeeds) >= CollapseState.Most;
}

/// <summary>Everything from which the labels of a comparison are computed.</summary>
/// <param name="Gold">The gold labels of the N examples.</param>
/// <param name="Dense">The predictions of each dense run, at least one, in seed order.</param>
/// <param name="Pruned">
/// The predictions of each pruned run, at least one; of paired cohorts the run of the same seed, in
/// the same order.</param>
public sealed record ComparedAnswers(
    PackedLabels Gold, IReadOnlyList<PackedLabels> Dense, IReadOnlyList<PackedLabels> Pruned);
