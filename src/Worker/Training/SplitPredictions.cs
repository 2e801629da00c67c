using PieService.Domain.Predictions;

namespace PieService.Worker.Training;

/// <summary>
/// A split's packed predictions, labels (<see cref="PackedLabels"/>) and scores as float16, both in example order.
/// </summary>
/// <param name="Classes">The packed labels of N examples.</param>
/// <param name="Scores">N x C logits in label order, evaluation mode after the last epoch.</param>
public sealed record SplitPredictions(
    string Split, int Examples, int ClassCount, byte[] Classes, byte[] Scores, EpochMetric Metric);
