using System.Text.Json.Serialization;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

public enum ScoreMetric
{
    /// <summary>The accuracy, for single-label data.</summary>
    [JsonStringEnumMemberName("accuracy")] Accuracy,

    /// <summary>The macro-averaged F1, for multi-label data.</summary>
    [JsonStringEnumMemberName("macroF1")] MacroF1,
}

/// <summary>The result of one labelling, over the seeds that both cohorts have.</summary>
/// <param name="Complete">Every expected run of both cohorts succeeded.</param>
/// <param name="DenseTies">The number of examples on which the dense vote is a tie.</param>
/// <param name="DenseOnPies">Single-label: accuracy of the dense majority on the PIEs. Multi-label: mean over the dense
/// runs of their macro-F1 on the PIEs, over all C classes, so that classes that are absent there count as 0 (study
/// 1.12). Null if there are no PIEs.</param>
/// <param name="Churn">Share of the examples on which the two runs of one seed disagree.</param>
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
    Spread AchievedSparsity,
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
    /// <param name="labels">One for each of the N examples; enumerated once.</param>
    /// <param name="answers">The predictions from which the labels were computed.</param>
    /// <param name="achievedSparsity">The achieved sparsity of each pruned run, in percent.</param>
    /// <param name="expectedSeeds">The number of seeds that the sweep asked for.</param>
    /// <param name="noInfluence">Why <paramref name="influenceEpochs"/> is empty; null if it is not.</param>
    public static ComparisonSummary Of(
        IEnumerable<LabelledExample> labels, ComparedAnswers answers, IReadOnlyCollection<double> achievedSparsity,
        int expectedSeeds, NoiseFloor noiseFloor, IReadOnlyList<int> influenceEpochs, string? noInfluence)
    {
        var (gold, dense, pruned) = answers;
        var (isPie, pies, denseTies, prunedTies, denseRight, prunedRight) = (new bool[gold.Count], 0, 0, 0, 0, 0);
        var tiedPies = 0;
        foreach (var label in labels)
        {
            if (label.DenseTied) denseTies++;
            if (label.PrunedTied) prunedTies++;
            if (!label.IsPie) continue;
            isPie[label.Position] = true;
            pies++;
            if (label.DenseTied || label.PrunedTied) tiedPies++;
            if (label.DenseMode == label.Gold) denseRight++;
            if (label.PrunedMode == label.Gold) prunedRight++;
        }

        var isSingle = gold.Task == LearningTask.SingleLabel;
        return new ComparisonSummary(
            dense.Count,
            pruned.Count,
            dense.Count == expectedSeeds,
            gold.Count,
            pies,
            denseTies,
            prunedTies,
            Spread.Of(achievedSparsity),
            Spread.Of([.. dense.Select(Score)]),
            Spread.Of([.. pruned.Select(Score)]),
            pies == 0 ? null : isSingle ? (double)denseRight / pies : dense.Average(ScoreOnPies),
            pies == 0 ? null : isSingle ? (double)prunedRight / pies : pruned.Average(ScoreOnPies),
            Spread.Of(SeedChurn.PerSeed(dense, pruned)),
            noiseFloor,
            influenceEpochs,
            noInfluence,
            isSingle ? ScoreMetric.Accuracy : ScoreMetric.MacroF1,
            tiedPies,
            dense.Count(HasCollapsed),
            pruned.Count(HasCollapsed));

        bool HasCollapsed(PackedLabels run) => RunCollapse.Of(gold, run).IsCollapsed;

        double Score(PackedLabels run) =>
            LabelCounts.Of(gold, run) is var counts && isSingle ? counts.Scores().Accuracy : counts.MacroF1;

        double ScoreOnPies(PackedLabels run) => LabelCounts.Of(gold, run, isPie).MacroF1;
    }
}

/// <summary>Everything from which the labels of a comparison are computed.</summary>
/// <param name="Gold">The gold labels of the N examples.</param>
/// <param name="Dense">The predictions of each dense run, in seed order.</param>
/// <param name="Pruned">The predictions of the pruned run of the same seed, in the same order.</param>
public sealed record ComparedAnswers(
    PackedLabels Gold, IReadOnlyList<PackedLabels> Dense, IReadOnlyList<PackedLabels> Pruned);
