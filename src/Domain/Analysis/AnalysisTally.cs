using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts what the analysis of a comparison is made of, a block of examples at a time. Its size depends on the runs, on
/// the classes and on the number of different votes.
/// </summary>
public sealed class AnalysisTally
{
    /// <summary>Halves of fewer seeds are empty.</summary>
    private const int FewestSeedsOfHalves = 2;

    private readonly LearningTask task;
    private readonly SignificanceTally significance;
    private readonly VoteMeasures measures;
    private readonly PieSetStability.Tally stability = new();
    private readonly MultiplicityTally dense, pruned;
    private readonly SeedDistances.Tally distances;
    private readonly SeedHalvesTally? halves;
    private readonly int secondSeeds;
    private int pies, replicated;

    /// <param name="classCount">C.</param>
    /// <param name="seeds">The number of runs of each of the two cohorts, run by run of the same seed.</param>
    /// <param name="secondSeeds">The number of runs of the second dense cohort; 0 without one.</param>
    public AnalysisTally(LearningTask task, int classCount, int seeds, int secondSeeds)
    {
        (this.task, this.secondSeeds) = (task, secondSeeds);
        (significance, measures) = (new(task, classCount, seeds), new(task, seeds));
        (dense, pruned, distances) = (new(seeds), new(seeds), new(seeds, seeds));
        if (seeds < FewestSeedsOfHalves) return;
        // The splits of a seed are those of both its runs.
        (int[] A, int[] B)[] splits = [.. NoiseFloor.Pairs(seeds, seeds / 2)];
        halves = new(splits, splits);
    }

    /// <param name="isReplicated">Whether a PIE is one against the second dense cohort too; null if that is not
    /// known.</param>
    public void Add(LabelledExample label, DiscordantSeeds discordant, bool? isReplicated)
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

    /// <summary>The p and q values of each example that was added.</summary>
    public Func<LabelledExample, DiscordantSeeds, ExampleSignificance> QValues() => significance.QValues();

    public AnalysisResult Result(PieClasses? classes, Collapse collapse) => new(
        collapse.Dense.State < CollapseState.Most
            ? significance.Significance()
            : Significance.None(
                $"{collapse.Dense.Collapsed} of {collapse.Dense.Runs} dense runs have collapsed, so their votes are "
                    + "not a baseline. Lower the learning rate, or train for more epochs."),
        SeedEffect.Of(distances.Distances(), paired: true), halves?.Halves(), stability.Stability(), classes,
        task == LearningTask.SingleLabel ? new(dense.Multiplicity(), pruned.Multiplicity()) : null, collapse,
        secondSeeds == 0 ? null : new(secondSeeds, pies, replicated));
}
