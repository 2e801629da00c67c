using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// The analysis of a comparison: what follows from the votes and predictions of both cohorts, and how certain it is.
/// Parts that need more seeds, or another kind of data, are null.
/// </summary>
/// <param name="Effect">How much more the cohorts disagree than the runs within them.</param>
/// <param name="Stability">Null for too many labels and runs (<see cref="PieInclusion.CanCompute"/>).</param>
/// <param name="ClassDistribution">Null where there is nothing to compare, such as without PIEs.</param>
/// <param name="Multiplicity">Null for multi-label data, and for one model against one.</param>
/// <param name="Replication">Null without a second dense cohort.</param>
/// <param name="Flips">How the answers of the pruned runs differ from those of the dense runs.</param>
/// <param name="NoiseFlips">The mean share of the examples that one of two dense runs answers right and the other one
/// wrong, in [0, 1]; null for one dense run.</param>
/// <param name="ClusterSe">The standard error of the change of accuracy over clusters of examples; null but for one
/// model against one, whose examples have clusters.</param>
/// <param name="Divergence">Null for multi-label data, and if a run has no scores.</param>
/// <param name="Conformal">Null for multi-label data, for fewer than 18 examples, and if a run has no scores.</param>
/// <param name="Settings">Null unless the runs are several settings of a compression.</param>
public sealed record AnalysisResult(
    Significance Significance, SeedEffect Effect, SeedHalves? Halves, PieSetStability? Stability,
    PieClasses? ClassDistribution, Multiplicity? Multiplicity, Collapse Collapse, Replication? Replication,
    AnswerFlips Flips, double? NoiseFlips, double? ClusterSe, ScoreDivergence? Divergence, Conformal? Conformal,
    ChangedBySettings? Settings);

/// <summary>How many models of a cohort answer an example alike.</summary>
public sealed record Multiplicity(CohortMultiplicity Dense, CohortMultiplicity Pruned);

/// <param name="SelfConsistency">Mean over the examples of the probability that two random runs agree, in [0, 1]; null
/// for one run.</param>
/// <param name="Unanimous">The share of the examples on which all runs agree, in [0, 1].</param>
public sealed record CohortMultiplicity(double? SelfConsistency, double Unanimous);

/// <param name="Dense">The dense cohort.</param>
/// <param name="Pruned">The pruned cohort.</param>
public sealed record Collapse(CohortCollapse Dense, CohortCollapse Pruned);

/// <summary>Whether runs of a cohort have collapsed.</summary>
/// <param name="Runs">The number of runs of the cohort.</param>
/// <param name="Collapsed">The number of runs that have collapsed.</param>
/// <param name="Bimodal">Whether the scores of the runs fall into two groups; null for too few runs.</param>
/// <param name="Groups">The best split of the scores into two groups; null for too few runs.</param>
public sealed record CohortCollapse(int Runs, int Collapsed, CollapseState State, bool? Bimodal, ScoreGroups? Groups)
{
    /// <param name="scores">The score of each run.</param>
    public static CohortCollapse Of(int collapsed, IReadOnlyCollection<double> scores)
    {
        var groups = ScoreGroups.Of(scores);
        return new(
            scores.Count, collapsed, CollapseStates.Of(collapsed, scores.Count), groups?.IsBimodal, groups);
    }
}

/// <summary>The PIEs that are PIEs also against the second dense cohort, whose seeds the first one does not
/// have.</summary>
/// <param name="Seeds">The number of runs of the second dense cohort.</param>
/// <param name="Pies">The number of PIEs.</param>
/// <param name="Replicated">The number of PIEs on which the majority of the pruned runs differs from that of the second
/// dense cohort too.</param>
public sealed record Replication(int Seeds, int Pies, int Replicated)
{
    /// <summary>Replicated / PIEs, in [0, 1]; null without PIEs.</summary>
    public double? Share => Pies == 0 ? null : (double)Replicated / Pies;
}

/// <summary>How many classes a run's set needs to contain the gold class of 90 % of the examples.</summary>
public sealed record Conformal(CohortConformal Dense, CohortConformal Pruned);

/// <param name="MeanSize">The mean number of classes in a set, over the examples and then over the runs, in [0,
/// C].</param>
/// <param name="Coverage">The mean share of the sets that contain the gold class, in [0, 1].</param>
public sealed record CohortConformal(double MeanSize, double Coverage)
{
    /// <param name="runs">The sets of each run, at least one.</param>
    public static CohortConformal MeanOver(IReadOnlyCollection<ConformalSets> runs) =>
        new(runs.Average(run => run.MeanSize), runs.Average(run => run.Coverage));
}
