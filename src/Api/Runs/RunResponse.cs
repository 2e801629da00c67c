using PieService.Api.Http;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Runs;

/// <param name="Compression">Prunable weights / those that are left; null before it succeeded.</param>
/// <param name="Prunings">What each pruning did, in their order; null before the run has succeeded.</param>
/// <param name="GeneralisationGap">Loss on the training split, measured while training through the last epoch, - loss on test; in nats.</param>
/// <param name="PredictSplits">Splits that it has predicted, before that those that it will: test, and what its sweeps ask for.</param>
/// <param name="ObservedEpochs">Epochs (from 0) after which its predictions on the training split were kept.</param>
/// <param name="Repeatable">False: trained again under the same conditions, it gave other predictions.</param>
/// <param name="Threshold">Of multi-label data: a label is predicted where its probability exceeds it; tuned after the last epoch.</param>
/// <param name="KeptModel">Null: its model is not kept.</param>
/// <param name="PredictedBy">What the kept model predicted again with, where predictAgain was asked; null: environment holds for the predictions too.</param>
public sealed record RunResponse(
    Guid Id, Guid SweepId, IReadOnlyList<Guid> SweepIds, string Model, Architecture Architecture, Method Method, decimal Sparsity, int Seed,
    RunState State, double? AchievedSparsity, double? Compression, IReadOnlyList<TensorSparsity> Tensors, IReadOnlyList<RunPruning>? Prunings, RunEpochs Epochs, int Attempts, int Interruptions,
    string? Error, string? Worker, string? Device, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    RunScore? Test, double? GeneralisationGap, string? PredictionHash, IReadOnlyList<string> PredictSplits, IReadOnlyList<int> ObservedEpochs, bool Repeatable, double? TrainingSeconds, RunEnvironment? Environment, KeptModelResponse? KeptModel, double? Threshold,
    string? PredictedBy)
    : IPolled
{
    bool IPolled.IsAtWork => State is RunState.Queued or RunState.Running;

    /// <param name="trainLoss">Of the last epoch.</param>
    public static RunResponse Of(Run run, string model, IEnumerable<Guid> sweeps, double? trainLoss) => new(
        run.Id, run.SweepId, [.. sweeps], model, run.Architecture, run.Method, run.Sparsity, run.Seed,
        run.State, run.AchievedSparsity, run.Outcome is { } trained ? PrunableWeights.Of(trained.Tensors).Compression : null, run.Outcome?.Tensors ?? [], run.Outcome?.Prunings, RunEpochs.Of(run), run.Attempts, run.Interruptions,
        run.Error, run.Worker, run.Device, run.CreatedAt, run.StartedAt, run.FinishedAt,
        run.Outcome?.Test, trainLoss - run.Outcome?.Test.Loss, run.PredictionHash, run.PredictedSplits ?? run.PredictSplits, run.Outcome?.ObservedEpochs ?? [], run.IsRepeatable, run.TrainingSeconds,
        run.Outcome is { } outcome ? RunEnvironment.Of(outcome) : null,
        run.Model is { } kept ? new KeptModelResponse(kept.Bytes, kept.Sha256) : null, run.Outcome?.Threshold,
        run.Outcome?.PredictedBy?.ToString());
}

/// <summary>Finished epochs, those of a shared trunk included.</summary>
public sealed record RunEpochs(int Done, int Total)
{
    /// <summary>One whose training for another sweep was given up has still finished the one that its answers are from.</summary>
    public static RunEpochs Of(Run run) => new(run.State == RunState.Succeeded ? run.EpochsTotal : run.EpochsDone, run.EpochsTotal);
}

/// <summary>What trained a run: it decides the bits beside recipe and seed, and a fault that is found later is searched for by it.</summary>
/// <param name="CpuCapability">The instruction set of the tensor library's kernels, the processor's vendor, and the limit that oneDNN was given, if any.</param>
/// <param name="Versions">Of the worker and of TorchSharp.</param>
/// <param name="Library">The tensor library and its version.</param>
/// <param name="Allocator">The memory allocator of the trainer: tcmalloc, glibc (with settings), system, or the name of another library.</param>
/// <param name="ArithmeticChecks">Checks of its arithmetic that the worker had passed at its start.</param>
/// <param name="VectorsSha256">Of the file of word vectors.</param>
/// <param name="CheckpointSha256">Of a BERT's checkpoint: what <c>sha256sum config.json model.safetensors tokenizer_config.json vocab.txt | sha256sum</c> prints in its folder.</param>
public sealed record RunEnvironment(
    string CpuCapability, int Threads, Processor Processor, string Library, string Allocator, int ArithmeticChecks, string Versions,
    string? VectorsSha256, string? CheckpointSha256)
{
    public static RunEnvironment Of(RunOutcome outcome) => new(
        outcome.CpuCapability, outcome.Threads, outcome.Host.Processor, outcome.Host.Library, outcome.Host.Allocator, outcome.ArithmeticChecks,
        outcome.Versions, outcome.VectorsSha256, outcome.CheckpointSha256);
}

/// <summary>The file that getRunModel answers with.</summary>
/// <param name="Sha256">Lower-case hex; also its ETag.</param>
public sealed record KeptModelResponse(long Bytes, string Sha256);
