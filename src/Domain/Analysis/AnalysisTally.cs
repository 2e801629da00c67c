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
    private readonly SignificanceTally significance;
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
        (significance, measures) = (new(task, classCount, cohorts), new(task, cohorts));
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
        significance.Add(label, discordant);
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
        significance.Of(label, discordant), measures.Inclusion(label), measures.Shift(label), selfConfidence,
        isReplicated);

    public AnalysisResult Result(PieClasses? classes, Collapse collapse, Conformal? conformal) => new(
        collapse.Dense.State < CollapseState.Most
            ? significance.Significance()
            : Significance.None(
                $"{collapse.Dense.Collapsed} of {collapse.Dense.Runs} dense runs have collapsed, so their votes are "
                    + "not a baseline. Lower the learning rate, or train for more epochs."),
        SeedEffect.Of(distances.Distances(), cohorts), halves?.Halves(), stability.Stability(), classes,
        task == LearningTask.SingleLabel ? new(dense.Multiplicity(), pruned.Multiplicity()) : null, collapse,
        secondSeeds == 0 ? null : new(secondSeeds, pies, replicated), conformal);
}
