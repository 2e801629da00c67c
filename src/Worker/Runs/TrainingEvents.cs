using PieService.Domain.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Runs;

/// <summary>Epoch number <paramref name="Epoch"/> (0-based) is finished.</summary>
/// <param name="Checkpoint">The checkpoint, complete on the disk; null if none was due or it could not be
/// written.</param>
/// <param name="Observation">The predictions for the training split after this epoch; null if the epoch is not
/// observed.</param>
/// <param name="Tokens">The number of tokens of the training split, as far as they are read.</param>
public sealed record EpochFinished(
    int Epoch, IReadOnlyList<EpochMetric> Metrics, double Seconds, CheckpointFile? Checkpoint,
    SplitPredictions? Observation = null, long Tokens = 0);

/// <summary>The receivers of a training's events.</summary>
/// <param name="Epoch">Called after every epoch that is trained here.</param>
/// <param name="Warn">Called for a fault that does not end the run: a checkpoint that cannot be read or written, a
/// pretrained model without a pooler.</param>
public sealed record TrainingListener(Action<EpochFinished> Epoch, Action<string> Warn, Heartbeat Heartbeat)
{
    /// <summary>Called with what should be known of the run itself; it names no path of the machine.</summary>
    public Action<string> Note { get; init; } = _ => { };
}

/// <summary>The results of a finished training.</summary>
/// <param name="Tensors">Every prunable tensor, for dense runs too.</param>
/// <param name="Prunings">The effect of each pruning, in order; empty for dense runs.</param>
/// <param name="Device">The device, cpu or cuda:n.</param>
/// <param name="Threads">The threads of the tensor library; with device and capability they decide the bits.</param>
/// <param name="Model">The kept model; null if the model is not kept.</param>
/// <param name="PretrainedSha256">The hash of the checkpoint that a BERT started from; null for other models.</param>
/// <param name="PoolerDrawn">Whether the pooler was drawn from the seed, because the checkpoint has none; null for
/// other models.</param>
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
    string? PretrainedSha256 = null,
    bool? PoolerDrawn = null);

/// <summary>The kept model is complete on the disk.</summary>
/// <param name="Path">The absolute path.</param>
public sealed record ModelExportFile(string Path, long Bytes, string Sha256);
