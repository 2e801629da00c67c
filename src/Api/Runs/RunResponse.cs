using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Api.Runs;

/// <param name="SweepId">The sweep that requested the run first.</param>
/// <param name="SweepIds">All sweeps that contain the run.</param>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trains the run.</param>
/// <param name="Compression">
/// The number of prunable weights divided by the number of those that are kept; null until the run has succeeded.
/// </param>
/// <param name="Tensors">The prunable tensors of the trained model; empty until the run has succeeded.</param>
/// <param name="Prunings">The effect of each pruning, in order; null until the run has succeeded.</param>
/// <param name="Attempts">The number of attempts of training.</param>
/// <param name="Interruptions">The number of times that the run lost its worker.</param>
/// <param name="Error">Why the last attempt failed; null if none failed.</param>
/// <param name="Worker">The id of the worker that trains the run, or trained it last; null if there was none.</param>
/// <param name="Device">The device of the training, such as cpu or cuda:0.</param>
/// <param name="Test">The scores on the test split; null until the run has succeeded.</param>
/// <param name="GeneralisationGap">
/// The loss on the training split, measured during the last epoch, minus the loss on the test split, in nats.
/// </param>
/// <param name="PredictionHash">The hash of the predictions on the test split: equal trainings have equal
/// hashes.</param>
/// <param name="PredictSplits">
/// The splits that the run has predicted or, before that, will predict: test and the splits that its sweeps request.
/// </param>
/// <param name="ObservedEpochs">
/// The epochs (0-based) after which the predictions of the run on the training split were kept.
/// </param>
/// <param name="Repeatable">
/// Whether the run is repeatable: false if it was trained again under the same conditions and gave other predictions.
/// </param>
/// <param name="TrainingSeconds">The time spent in training, in seconds, without the epochs of a shared trunk.</param>
/// <param name="KeptModel">The kept model; null if the model of the run is not kept.</param>
/// <param name="Threshold">
/// The threshold for multi-label data, tuned after the last epoch: a label is predicted if its probability exceeds it.
/// Null for single-label data.
/// </param>
/// <param name="VectorCoverage">
/// The share of the training split that has word vectors, known once a worker has prepared the run; null if the run
/// uses none.
/// </param>
/// <param name="PredictedBy">
/// The environment in which the kept model predicted again after predictAgain; null if the predictions come from the
/// training and environment applies to them too.
/// </param>
/// <param name="DeviceWish">The type of device that may train the run.</param>
/// <param name="Notes">
/// What happened to the run that should be known although it did not fail: memory that ran out, a checkpoint that
/// could not be used. The oldest is first.
/// </param>
public sealed record RunResponse(
    Guid Id, Guid SweepId, IReadOnlyList<Guid> SweepIds, string Model, Architecture Architecture, Method Method,
    decimal Sparsity, string? Cohort, int Seed,
    RunState State, double? AchievedSparsity, double? Compression, IReadOnlyList<TensorSparsity> Tensors,
    IReadOnlyList<RunPruning>? Prunings, RunEpochs Epochs, int Attempts, int Interruptions,
    string? Error, string? Worker, string? Device, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    RunScore? Test, double? GeneralisationGap, string? PredictionHash, IReadOnlyList<string> PredictSplits,
    IReadOnlyList<int> ObservedEpochs, bool Repeatable, double? TrainingSeconds, RunEnvironment? Environment,
    KeptModelResponse? KeptModel, double? Threshold, VectorCoverage? VectorCoverage,
    string? PredictedBy, DeviceWish DeviceWish, IReadOnlyList<string> Notes)
    : IPolled
{
    bool IPolled.IsAtWork => State is RunState.Queued or RunState.Running;

    /// <param name="trainLoss">The loss on the training split in the last epoch.</param>
    public static RunResponse Of(Run run, string model, IEnumerable<Guid> sweeps, double? trainLoss) => new(
        run.Id, run.SweepId, [.. sweeps], model, run.Architecture, run.Method, run.Sparsity, run.Cohort,
        run.Seed,
        run.State, run.AchievedSparsity,
        run.Outcome is { } trained ? PrunableWeights.Of(trained.Tensors).Compression : null, run.Outcome?.Tensors ?? [],
        run.Outcome?.Prunings, RunEpochs.Of(run), run.Attempts, run.Interruptions,
        run.Error, run.Worker, run.Device, run.CreatedAt, run.StartedAt, run.FinishedAt,
        TestOf(run), trainLoss - run.Outcome?.Test.Loss, run.PredictionHash,
        run.PredictedSplits ?? run.PredictSplits, run.Outcome?.ObservedEpochs ?? [], run.IsRepeatable,
        run.TrainingSeconds,
        run.Outcome is { } outcome ? RunEnvironment.Of(outcome) : null,
        run.Model is { } kept ? new KeptModelResponse(kept.Bytes, kept.Sha256) : null, run.Outcome?.Threshold,
        run.VectorCoverage, run.Outcome?.PredictedBy?.ToString(),
        run.DeviceWish, run.Notes);

    /// <summary>Imported predictions may be for another split.</summary>
    private static RunScore? TestOf(Run run) => run.Outcome?.Test
        ?? (run.PredictSplits.Contains(Wire.Name(Split.Test)) ? run.ImportedScore : null);
}

/// <summary>The numbers of finished and of all epochs, including those of a shared trunk.</summary>
/// <param name="Done">The number of finished epochs.</param>
/// <param name="Total">The number of all epochs.</param>
public sealed record RunEpochs(int Done, int Total)
{
    /// <summary>
    /// A succeeded run whose further training for another sweep was abandoned counts as finished, because its
    /// predictions are from a finished training.
    /// </summary>
    public static RunEpochs Of(Run run) =>
        new(run.State == RunState.Succeeded ? run.EpochsTotal : run.EpochsDone, run.EpochsTotal);
}

/// <summary>
/// The environment in which a run was trained. Beside recipe and seed it determines the result bit by bit; if a fault
/// of an environment is found later, the affected runs can be identified by it.
/// </summary>
/// <param name="CpuCapability">
/// The instruction set of the tensor library's kernels, the vendor of the processor, and the instruction-set limit that
/// was set for oneDNN, if any.
/// </param>
/// <param name="Threads">The number of CPU threads of the training.</param>
/// <param name="Library">The tensor library and its version.</param>
/// <param name="Allocator">
/// The memory allocator of the trainer: tcmalloc, glibc (with settings), system, or the name of another library.
/// </param>
/// <param name="ArithmeticChecks">The number of arithmetic checks that the worker had passed at its start.</param>
/// <param name="Versions">The versions of the worker and of TorchSharp.</param>
/// <param name="VectorsSha256">
/// The SHA-256 of the file of word vectors, in lower-case hexadecimal; null if the run uses none.
/// </param>
/// <param name="CheckpointSha256">
/// The SHA-256 of the pretrained BERT checkpoint: the output of <c>sha256sum</c> for the files that decide a training,
/// hashed again (docs/formats.md has the command). Null for other models.
/// </param>
/// <param name="PoolerDrawn">
/// Whether the checkpoint has no pooler, so that its weights were drawn from the run's seed. Null for other models.
/// </param>
/// <param name="Gpu">The name of the GPU; null for a run on a processor, or if the name is unknown.</param>
/// <param name="Driver">The version of the GPU's driver; null likewise.</param>
/// <param name="MicroBatch">
/// The number of examples that were computed at once, because memory was too small for a batch; null for whole batches.
/// </param>
public sealed record RunEnvironment(
    string CpuCapability, int Threads, Processor Processor, string Library, string Allocator, int ArithmeticChecks,
    string Versions,
    string? VectorsSha256, string? CheckpointSha256, bool? PoolerDrawn, string? Gpu, string? Driver, int? MicroBatch)
{
    public static RunEnvironment Of(RunOutcome outcome) => new(
        outcome.CpuCapability, outcome.Threads, outcome.Host.Processor, outcome.Host.Library, outcome.Host.Allocator,
        outcome.ArithmeticChecks,
        outcome.Versions, outcome.VectorsSha256, outcome.CheckpointSha256,
        outcome.PoolerDrawn, outcome.Host.Gpu, outcome.Host.Driver, outcome.MicroBatch);
}

/// <summary>The file that getRunModel returns.</summary>
/// <param name="Bytes">The size of the file, in bytes.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal, which is also its ETag.</param>
public sealed record KeptModelResponse(long Bytes, string Sha256);
