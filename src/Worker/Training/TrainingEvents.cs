using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Worker.Training;

/// <summary>One line of an epoch's report.</summary>
/// <param name="Split">train (measured while training), validation or test.</param>
/// <param name="Loss">Mean (binary) cross-entropy in nats; for train the mean of the batch means, unweighted (study 1.9).</param>
/// <param name="Threshold">By which multi-label data was decided; null otherwise.</param>
public sealed record EpochMetric(string Split, double Loss, LabelScores Scores, double? Threshold);

/// <summary>Epoch number <paramref name="Epoch"/> (0-based) is finished and its checkpoint is on the disk.</summary>
/// <param name="Checkpoint">Null: it could not be written.</param>
/// <param name="Observation">The answers to the training split after this epoch; null: they were not wanted.</param>
public sealed record EpochFinished(
    int Epoch, IReadOnlyList<EpochMetric> Metrics, double Seconds, CheckpointFile? Checkpoint, SplitPredictions? Observation = null);

/// <summary>Whom a training tells what happens.</summary>
/// <param name="Epoch">Called after every epoch that is trained here.</param>
/// <param name="Warn">Told what goes wrong without ending the run: a checkpoint that cannot be read or written.</param>
public sealed record TrainingListener(Action<EpochFinished> Epoch, Action<string> Warn, Pulse Pulse);

/// <summary>A split's packed answers, labels (<see cref="PackedLabels"/>) and scores as float16, both in example order.</summary>
/// <param name="Classes">Of N examples.</param>
/// <param name="Scores">N x C logits in label order, evaluation mode after the last epoch.</param>
public sealed record SplitPredictions(string Split, int Examples, int ClassCount, byte[] Classes, byte[] Scores, EpochMetric Metric);

/// <summary>What a finished training leaves behind.</summary>
/// <param name="Tensors">Every prunable tensor, also of dense runs.</param>
/// <param name="Prunings">What each pruning did, in their order; empty for dense runs.</param>
/// <param name="Device">cpu or cuda:n.</param>
/// <param name="Threads">Threads of the tensor library; with device and capability it decides the bits.</param>
/// <param name="Model">Null: it was not to be kept.</param>
/// <param name="PretrainedSha256">Of the checkpoint that a BERT started from; null: the model is none.</param>
public sealed record TrainingResult(
    IReadOnlyList<SplitPredictions> Predictions,
    IReadOnlyList<TensorSparsity> Tensors,
    IReadOnlyList<RunPruning> Prunings,
    string Device,
    string CpuCapability,
    int Threads,
    string VectorsSha256,
    ComputeHost Host,
    ModelExportFile? Model = null,
    string? PretrainedSha256 = null);

/// <summary>The kept model is whole on the disk.</summary>
/// <param name="Path">Absolute.</param>
public sealed record ModelExportFile(string Path, long Bytes, string Sha256);
