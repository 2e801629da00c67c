using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>Counts the PIEs of each class, one example after the other.</summary>
public sealed class ClassTally(LearningTask task, int classCount)
{
    private readonly int[] examples = new int[classCount], pies = new int[classCount];
    private readonly int[]? differing = task == LearningTask.MultiLabel ? new int[classCount] : null;
    private int allExamples, allPies;

    /// <param name="gold">The gold labels of the block in which the label has its position.</param>
    public void Add(LabelledExample label, PackedLabels gold, ComparedCohorts cohorts)
    {
        allExamples++;
        gold.Vote(label.Position, examples);
        if (!label.IsPie) return;
        allPies++;
        gold.Vote(label.Position, pies);
        if (differing is null) return;
        var pruned = new LabelVotes(label.PrunedVotes, cohorts.Pruned);
        foreach (var c in new LabelVotes(label.DenseVotes, cohorts.Dense).DifferingFrom(pruned)) differing[c]++;
    }

    /// <summary>Whether the PIEs are spread over the classes as the other examples are.</summary>
    public PieClasses? Distribution() => PieClasses.Of(task, examples, pies, allExamples, allPies);

    /// <param name="dense">The counts of each dense run over all examples.</param>
    /// <param name="pruned">The counts of each pruned run.</param>
    /// <param name="distribution">What <see cref="Distribution"/> returned.</param>
    /// <returns>One for each class, in order.</returns>
    public IReadOnlyList<ClassScore> Scores(
        IReadOnlyList<LabelCounts> dense, IReadOnlyList<LabelCounts> pruned, PieClasses? distribution)
    {
        var recall = dense.Count < 2 || pruned.Count < 2 ? null : ClassRecall.Of(task, dense, pruned);
        return
        [
            .. Enumerable.Range(0, classCount).Select(c => new ClassScore(
                examples[c], pies[c], differing?[c], CohortClassScore.Of(dense, c, differing is null),
                CohortClassScore.Of(pruned, c, differing is null), recall?[c], distribution?.Residuals[c])),
        ];
    }
}
