using System.Text.Json.Serialization;
using PieService.Domain.Recipes;

namespace PieService.Domain.Runs;

public enum RunState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>
/// One training of a recipe with one seed, or the predictions of one run of a foreign cohort. The row decides which
/// worker trains it and whose results count: the holder of the lease with this <see cref="LeaseEpoch"/>, by the
/// database's clock. Only the statements of Storage/RunLeases and Storage/SweepStore change its state and its lease;
/// the worker's ArtifactCleanup also clears the columns of a checkpoint that nothing needs any more.
/// </summary>
public sealed class Run
{
    public Guid Id { get; init; }
    public Guid DatasetId { get; init; }

    /// <summary>The first sweep that asked for the run.</summary>
    public Guid SweepId { get; init; }
    public required string Fingerprint { get; init; }

    /// <summary>Null for a run of a foreign cohort, which is never trained.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>The name of the foreign cohort in its sweep; null for a run that is trained.</summary>
    public string? Cohort { get; init; }
    public int Seed { get; init; }

    /// <summary>Copied from the recipe for queries, like the properties down to <see cref="Checkpoint"/>.</summary>
    public Architecture Architecture { get; init; }
    public Method Method { get; init; }
    public decimal Sparsity { get; init; }

    /// <summary>The name of the word vectors that the run needs.</summary>
    public string? Vectors { get; init; }

    /// <summary>The name of the pretrained checkpoint that the run needs.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// The dense run from whose end this run starts; null for a run that starts from initial weights.
    /// </summary>
    public Guid? TrunkRunId { get; init; }

    public RunState State { get; init; }
    public Sweeps.Priority Priority { get; init; }

    /// <summary>The place in the queue among runs of the same priority and creation time.</summary>
    public int Ordinal { get; init; }

    public int EpochsTotal { get; init; }
    public int EpochsDone { get; init; }

    /// <summary>The number of starts, except those that ended in a lost lease.</summary>
    public int Attempts { get; init; }

    /// <summary>The number of lost leases.</summary>
    public int Interruptions { get; init; }
    public string? Error { get; init; }

    public long LeaseEpoch { get; init; }
    public string? LeaseOwner { get; init; }
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Set when no live sweep wants the run any more.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>
    /// Set when every live sweep that wants the run is paused: it is not claimed, and its worker returns it.
    /// </summary>
    public DateTimeOffset? PauseRequestedAt { get; init; }

    /// <summary>The run is not claimed before this time: the back-off after a failed attempt.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The path relative to the artifact folder.</summary>
    public string? CheckpointPath { get; init; }
    public string? CheckpointSha256 { get; init; }
    public int? CheckpointEpochs { get; init; }

    /// <summary>
    /// The identity of the artifact folder that has the checkpoint: workers on other machines may have another folder.
    /// </summary>
    public string? CheckpointStore { get; init; }

    /// <summary>The type of device that may train it.</summary>
    public Sweeps.DeviceWish DeviceWish { get; init; }

    public string? Worker { get; init; }
    public string? Device { get; init; }

    /// <summary>
    /// What happened to it that changes no result but should be known: memory that ran out, a checkpoint that could
    /// not be used. The oldest is first.
    /// </summary>
    public string[] Notes { get; init; } = [];

    /// <summary>Null until the run has succeeded, and for a run of a foreign cohort.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>The scores of imported predictions for their split; null for a run that is trained.</summary>
    public RunScore? ImportedScore { get; init; }

    /// <summary>
    /// Copied from the outcome for queries, like the properties down to <see cref="ObservedEpochs"/>.
    /// </summary>
    public string? CpuCapability { get; init; }
    public int? Threads { get; init; }

    /// <summary>The name of the GPU that trained it; null for a CPU.</summary>
    public string? Gpu { get; init; }

    /// <summary>
    /// The number of examples that were computed at once, if memory was too small for a batch; null for whole batches.
    /// </summary>
    public int? MicroBatch { get; init; }
    public int[] ObservedEpochs { get; init; } = [];

    /// <summary>The kept model; null, like the columns that follow, if no model is kept.</summary>
    public KeptModel? Model =>
        ModelPath is null ? null : new(ModelPath, ModelStore!, ModelBytes!.Value, ModelSha256!);

    public string? ModelPath { get; init; }
    public string? ModelStore { get; init; }
    public long? ModelBytes { get; init; }
    public string? ModelSha256 { get; init; }
    public string? PredictionHash { get; init; }
    public double? AchievedSparsity { get; init; }

    /// <summary>The share of the training split that has word vectors; null if the run uses none.</summary>
    public VectorCoverage? VectorCoverage => VectorTypeCoverage is { } types && VectorTokenCoverage is { } tokens
        ? new(types, tokens) : null;

    public double? VectorTypeCoverage { get; init; }
    public double? VectorTokenCoverage { get; init; }

    /// <summary>
    /// The sum over all epochs that the run itself trained, in all attempts, without those of a trunk.
    /// </summary>
    public double? TrainingSeconds { get; init; }

    /// <summary>Whether its trained model must predict again; then the run is not trained.</summary>
    public bool PredictAgain { get; init; }

    /// <summary>The wire names of the splits that it must predict: test, and those that its sweeps want.</summary>
    public string[] PredictSplits { get; init; } = [];

    /// <summary>
    /// The wire names of the splits that it has predicted; null until it first succeeds. They are kept while it is
    /// trained again.
    /// </summary>
    public string[]? PredictedSplits { get; init; }

    /// <summary>False if the run was trained again under the same conditions and gave other predictions.</summary>
    public bool IsRepeatable { get; init; } = true;

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>The results of a succeeded run, and the conditions under which they were computed.</summary>
/// <param name="Prunings">The effect of each pruning, in order; empty for dense runs.</param>
/// <param name="Host">The hardware and software that computed it, beside its device.</param>
/// <param name="PredictedBy">Null if its predictions are those of its training.</param>
/// <param name="ArithmeticChecks">The number of arithmetic checks that its worker passed at the worker's start.</param>
/// <param name="PoolerDrawn">
/// Whether the pooler of a BERT was drawn from the seed, because the checkpoint has none; null
/// for other models.</param>
/// <param name="MicroBatch">
/// The number of examples that were computed at once, if memory was too small for a batch; null for whole batches.
/// </param>
public sealed record RunOutcome(
    RunScore Test,
    IReadOnlyList<TensorSparsity> Tensors,
    IReadOnlyList<RunPruning> Prunings,
    string CpuCapability,
    int Threads,
    string? VectorsSha256,
    string Versions,
    ComputeHost Host,
    int ArithmeticChecks,
    IReadOnlyList<int>? ObservedEpochs = null,
    string? CheckpointSha256 = null,
    double? Threshold = null,
    PredictedBy? PredictedBy = null,
    bool? PoolerDrawn = null,
    int? MicroBatch = null);

/// <summary>
/// The conditions under which a kept model predicted again on request; the rest of the outcome belongs to the training.
/// </summary>
/// <param name="Device">cpu or cuda:n.</param>
public sealed record PredictedBy(
    string Device, string CpuCapability, int Threads, ComputeHost Host, int ArithmeticChecks, string Versions)
{
    public override string ToString() =>
        $"{Device}, {Host.Processor} ({CpuCapability}, {Threads} "
        + $"threads), {Host.Library}, {Host.Allocator}, {ArithmeticChecks} checks, {Versions}";
}

/// <summary>The trained model as a safetensors file; it is kept while a sweep that asked for it has the run.</summary>
/// <param name="Path">The path relative to the artifact folder.</param>
/// <param name="Store">The identity of that folder: other machines may have another folder.</param>
/// <param name="Sha256">Lower-case hex of the file's bytes.</param>
public sealed record KeptModel(string Path, string Store, long Bytes, string Sha256);

/// <param name="Accuracy">
/// The share of the examples whose predicted labels are exactly their gold labels, in [0, 1].
/// </param>
/// <param name="Loss">
/// The mean cross-entropy in nats; for multi-label data the binary cross-entropy, over examples and classes. Null for
/// imported predictions without scores.
/// </param>
public sealed record RunScore(
    double Accuracy, double MacroF1, double? Loss, double MicroF1,
    double MacroPrecision, double MicroPrecision, double MacroRecall, double MicroRecall)
{
    public static RunScore Of(LabelScores scores, double? loss) => new(
        scores.Accuracy, scores.MacroF1, loss, scores.MicroF1, scores.MacroPrecision, scores.MicroPrecision,
        scores.MacroRecall, scores.MicroRecall);
}

/// <summary>The number of weights of a prunable tensor, and the number of those that are kept.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Size">The number of its weights.</param>
/// <param name="Kept">The number of its weights that are kept.</param>
public sealed record TensorSparsity(string Name, int Size, int Kept);
