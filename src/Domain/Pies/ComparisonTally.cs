using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Pies;

/// <summary>
/// Counts what the summary of a comparison is made of, a block of examples at a time: its size depends on the runs and
/// classes, and not on the examples.
/// </summary>
/// <param name="classCount">C.</param>
/// <param name="denseRuns">The number of all dense runs, including those of seeds that no pruned run has.</param>
public sealed class ComparisonTally(LearningTask task, int classCount, ComparedCohorts cohorts, int denseRuns)
{
    private readonly CohortCounter dense = new(task, classCount, cohorts.Dense), pruned =
        new(task, classCount, cohorts.Pruned);

    /// <summary>Counted for multi-label data only; the majorities suffice for single-label data.</summary>
    private readonly CohortCounter denseOnPies = new(task, classCount, cohorts.Dense), prunedOnPies =
        new(task, classCount, cohorts.Pruned);
    private readonly SeedChurn churn = new(cohorts);
    private readonly NoiseFloorTally noiseFloor =
        new(task, classCount, denseRuns, cohorts.Dense, cohorts.Kind);
    private int examples, pies, denseTies, prunedTies, tiedPies, denseRight, prunedRight;

    /// <summary>The counts of each dense run of the cohort.</summary>
    public IReadOnlyList<LabelCounts> Dense => dense.Counts;

    /// <summary>The counts of each pruned run.</summary>
    public IReadOnlyList<LabelCounts> Pruned => pruned.Counts;

    /// <summary>The accuracy of each dense run of the cohort; for multi-label data its macro-F1.</summary>
    public IReadOnlyList<double> DenseScores => [.. Dense.Select(Score)];

    /// <summary>The score of each pruned run.</summary>
    public IReadOnlyList<double> PrunedScores => [.. Pruned.Select(Score)];

    public void Add(LabelledExample label)
    {
        examples++;
        if (label.DenseTied) denseTies++;
        if (label.PrunedTied) prunedTies++;
        if (!label.IsPie) return;
        pies++;
        if (label.DenseTied || label.PrunedTied) tiedPies++;
        if (label.DenseMode == label.Gold) denseRight++;
        if (label.PrunedMode == label.Gold) prunedRight++;
    }

    /// <param name="block">The predictions for a block whose labels have been added.</param>
    /// <param name="allDense">The predictions of all dense runs for it.</param>
    /// <param name="isPie">Whether each example of the block is a PIE.</param>
    public void Add(ComparedAnswers block, IReadOnlyList<PackedLabels> allDense, bool[] isPie)
    {
        dense.Add(block.Gold, block.Dense);
        pruned.Add(block.Gold, block.Pruned);
        if (task == LearningTask.MultiLabel)
        {
            denseOnPies.Add(block.Gold, block.Dense, isPie);
            prunedOnPies.Add(block.Gold, block.Pruned, isPie);
        }
        churn.Add(block.Dense, block.Pruned);
        noiseFloor.Add(allDense);
    }

    /// <param name="achievedSparsity">The achieved sparsity of each pruned run, in percent; empty if it is not
    /// known.</param>
    /// <param name="isComplete">Whether these are all runs that are expected.</param>
    /// <param name="noInfluence">Why <paramref name="influenceEpochs"/> is empty; null if it is not.</param>
    /// <param name="denseCollapsed">The number of dense runs that have collapsed.</param>
    /// <param name="prunedCollapsed">The number of pruned runs that have collapsed.</param>
    public ComparisonSummary Summary(
        IReadOnlyCollection<double> achievedSparsity, bool isComplete, IReadOnlyList<int> influenceEpochs,
        string? noInfluence, int denseCollapsed, int prunedCollapsed)
    {
        var isSingle = task == LearningTask.SingleLabel;
        return new ComparisonSummary(
            cohorts.Dense,
            cohorts.Pruned,
            isComplete,
            examples,
            pies,
            denseTies,
            prunedTies,
            achievedSparsity.Count == 0 ? null : Spread.Of(achievedSparsity),
            Spread.Of(DenseScores),
            Spread.Of(PrunedScores),
            OnPies(denseRight, denseOnPies),
            OnPies(prunedRight, prunedOnPies),
            Spread.Of(churn.PerRun),
            noiseFloor.Floor(),
            influenceEpochs,
            noInfluence,
            isSingle ? ScoreMetric.Accuracy : ScoreMetric.MacroF1,
            tiedPies,
            denseCollapsed,
            prunedCollapsed);

        double? OnPies(int right, CohortCounter onPies) =>
            pies == 0 ? null : isSingle ? (double)right / pies : onPies.Counts.Average(counts => counts.MacroF1);
    }

    private double Score(LabelCounts counts) => task switch
    {
        LearningTask.SingleLabel => counts.Scores().Accuracy,
        LearningTask.MultiLabel => counts.MacroF1,
    };
}
