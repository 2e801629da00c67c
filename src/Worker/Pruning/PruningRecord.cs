using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Measures the effect of each pruning of a training, at the cost of up to two evaluations of the test
/// split each. It changes no result: an evaluation draws no random numbers. Multi-label data has no accuracies here,
/// since its threshold is tuned only after an epoch. A pruning before the training is not evaluated, as in the
/// published code: initial weights have no accuracy to lose.
/// </summary>
/// <param name="test">The test split in the form that the model reads.</param>
public sealed class PruningRecord(EvaluatedSplits evaluated, ParameterBuffer parameters, TokenisedSplit test)
{
    private List<RunPruning> prunings = [];

    /// <summary>The recorded prunings of this training, in their order.</summary>
    public IReadOnlyList<RunPruning> Prunings => prunings;

    /// <param name="earlier">The record of earlier prunings in a checkpoint.</param>
    public void Restore(IReadOnlyList<RunPruning> earlier) => prunings = [.. earlier];

    /// <param name="epochsDone">The number of finished epochs.</param>
    public void Measure(int epochsDone, Action prune)
    {
        var before = Accuracy(epochsDone);
        prune();
        var left = parameters.Prunable;
        prunings.Add(new(epochsDone, left.AchievedSparsity, left.Compression, before, Accuracy(epochsDone)));
    }

    private double? Accuracy(int epochsDone) =>
        epochsDone == 0 || test.Count == 0 || test.Labels.Task != LearningTask.SingleLabel
            ? null : evaluated.Of(test).Metric(threshold: null).Scores.Accuracy;
}
