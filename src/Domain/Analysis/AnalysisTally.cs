using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts what the analysis of a comparison is made of, a block of examples at a time. Its size depends on the runs, on
/// the classes and on the number of different votes.
/// </summary>
public sealed class AnalysisTally
{
    /// <summary>Halves of fewer runs are empty.</summary>
    private const int FewestRunsOfHalves = 2;

    private readonly LearningTask task;
    private readonly ComparedCohorts cohorts;

    /// <summary>Null for one model against one, which have no votes.</summary>
    private readonly SignificanceTally? significance;
    private readonly VoteMeasures measures;
    private readonly PieSetStability.Tally stability = new();
    private readonly MultiplicityTally dense, pruned;
    private readonly SeedDistances.Tally distances;
    private readonly SeedHalvesTally? halves;
    private readonly int secondSeeds;
    private int pies, replicated;

    /// <param name="classCount">C.</param>
    /// <param name="secondSeeds">The number of runs of the second dense cohort; 0 without one.</param>
    public AnalysisTally(LearningTask task, int classCount, ComparedCohorts cohorts, int secondSeeds)
    {
        (this.task, this.cohorts, this.secondSeeds) = (task, cohorts, secondSeeds);
        (significance, measures) =
            (cohorts.IsOneAgainstOne ? null : new(task, classCount, cohorts), new(task, cohorts));
        (dense, pruned, distances) = (new(cohorts.Dense), new(cohorts.Pruned), new(cohorts.Dense, cohorts.Pruned));
        if (cohorts.Fewest < FewestRunsOfHalves) return;
        // Of paired cohorts, these are the same splits: a split of seeds is one of both their runs.
        halves = new(
            [.. NoiseFloor.Pairs(cohorts.Dense, cohorts.Fewest / 2)],
            [.. NoiseFloor.Pairs(cohorts.Pruned, cohorts.Fewest / 2)]);
    }

    /// <param name="discordant">Of the example; null if the cohorts are not paired.</param>
    /// <param name="isReplicated">Whether a PIE is one against the second dense cohort too; null if that is not
    /// known.</param>
    public void Add(LabelledExample label, DiscordantSeeds? discordant, bool? isReplicated)
    {
        significance?.Add(label, discordant);
        if (measures.Inclusion(label) is { } inclusion) stability.Add(label.IsPie, inclusion);
        if (task == LearningTask.SingleLabel)
        {
            dense.Add(label.DenseVotes);
            pruned.Add(label.PrunedVotes);
        }
        if (!label.IsPie) return;
        pies++;
        if (isReplicated == true) replicated++;
    }

    /// <param name="block">The predictions for a block whose labels have been added.</param>
    public void Add(ComparedAnswers block)
    {
        distances.Add(block.Dense, block.Pruned);
        halves?.Add(block);
    }

    /// <summary>The measures of an example, when all examples have been added.</summary>
    /// <inheritdoc cref="Add(LabelledExample, DiscordantSeeds, bool?)"/>
    /// <param name="selfConfidence">How much the dense runs support its gold labels, in [0, 1]; null without
    /// scores.</param>
    public ExampleMeasures Measures(
        LabelledExample label, DiscordantSeeds? discordant, bool? isReplicated, double? selfConfidence) => new(
        significance?.Of(label, discordant), measures.Inclusion(label), measures.Shift(label), selfConfidence,
        isReplicated);

    /// <param name="flips">All examples have been added to it.</param>
    /// <param name="settings">Null unless the runs are several settings of a compression.</param>
    public AnalysisResult Result(
        PieClasses? classes, Collapse collapse, FlipTally flips, double? clusterSe, ScoreDivergence? divergence,
        Conformal? conformal, ChangedBySettings? settings) => new(
        SignificanceUnless(collapse.Dense), SeedEffect.Of(distances.Distances(), cohorts), halves?.Halves(),
        stability.Stability(), classes,
        task == LearningTask.SingleLabel && !cohorts.IsOneAgainstOne
            ? new(dense.Multiplicity(), pruned.Multiplicity()) : null,
        collapse, secondSeeds == 0 ? null : new(secondSeeds, pies, replicated), flips.Flips(), flips.NoiseFlips(),
        clusterSe, divergence, conformal, settings);

    private Significance SignificanceUnless(CohortCollapse dense) =>
        significance is null
            ? Significance.None(
                $"One model is compared with one, and one answer is not a vote: {cohorts.Kind.MoreRuns}. The change of "
                    + "accuracy in flips has p values.")
        : dense.State >= CollapseState.Most
            ? Significance.None(
                $"{dense.Collapsed} of {dense.Runs} dense runs have collapsed, so their votes are not a baseline. "
                    + cohorts.Kind.CollapseAdvice)
        : significance.Significance();
}
