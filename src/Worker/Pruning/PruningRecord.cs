using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Measures what each pruning of a training does (study 1.12), at the cost of two evaluations of the test split for each. It
/// changes nothing: an evaluation draws no random numbers. Multi-label data has no accuracies here, since its threshold is tuned after an epoch. A pruning before the training is not evaluated, as in the
/// published code: initial weights know nothing that they could lose.
/// </summary>
/// <param name="test">As the model reads it.</param>
public sealed class PruningRecord(Classifier model, ParameterBuffer parameters, TokenisedSplit test, Pulse pulse)
{
    private List<RunPruning> prunings = [];

    /// <summary>Those that this training knows of, in their order.</summary>
    public IReadOnlyList<RunPruning> Prunings => prunings;

    /// <param name="earlier">What a checkpoint says of the prunings before it.</param>
    public void Restore(IReadOnlyList<RunPruning> earlier) => prunings = [.. earlier];

    /// <param name="epochsDone">Finished epochs.</param>
    public void Measure(int epochsDone, Action prune)
    {
        var before = Accuracy(epochsDone);
        prune();
        var left = parameters.Prunable;
        prunings.Add(new(epochsDone, left.AchievedSparsity, left.Compression, before, Accuracy(epochsDone)));
    }

    private double? Accuracy(int epochsDone) =>
        epochsDone == 0 || test.Count == 0 || test.Labels.Task != LearningTask.SingleLabel ? null : Evaluation.Run(model, test, pulse).Metric(threshold: null).Scores.Accuracy;
}
