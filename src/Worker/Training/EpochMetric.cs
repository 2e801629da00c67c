using PieService.Domain.Runs;

namespace PieService.Worker.Training;

/// <summary>The metrics of one split after an epoch.</summary>
/// <param name="Split">train (measured while training), validation or test.</param>
/// <param name="Loss">Mean (binary) cross-entropy in nats; for train the mean of the batch means, unweighted.
/// </param>
/// <param name="Threshold">The threshold that decided the labels of multi-label data; null for single-label
/// data.</param>
public sealed record EpochMetric(string Split, double Loss, LabelScores Scores, double? Threshold);
