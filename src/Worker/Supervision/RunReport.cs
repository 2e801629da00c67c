using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Runs;
using PieService.Worker.Trainers;

namespace PieService.Worker.Supervision;

/// <summary>Records the progress and the result of a run in the database, and retries during outages.</summary>
public sealed class RunReport(
    RunLeases leases, IDbContextFactory<PieDbContext> contexts, ArtifactFolder artifacts, ProvenArithmetic arithmetic,
    TimeProvider time, ILogger<RunReport> logger)
{
    public async Task EpochAsync(HeldRun held, EpochFinished epoch)
    {
        var record = RunRows.Of(held.Lease.RunId, epoch, Stored(epoch.Checkpoint));
        await StillHeldAsync(held, () => leases.RecordEpochAsync(held.Lease, record, held.Stopped));
        // The earlier files are removed last: only now does no row refer to the earlier checkpoints.
        if (record.Checkpoint is null || epoch.Checkpoint is not { } checkpoint) return;
        try
        {
            ArtifactFolder.RemoveBefore(checkpoint);
        }
        catch (Exception later) when (later is IOException or UnauthorizedAccessException)
        {
            ArtifactLog.NotSwept(logger, later.Message);
        }
    }

    /// <param name="device">The kind of the device.</param>
    public async Task ResultAsync(
        HeldRun held, TrainingAssignment assignment, string device, TrainingResult result)
    {
        var test = result.Predictions.Single(split => split.Split == Wire.Name(Split.Test)).Metric;
        var score = RunScore.Of(test.Scores, test.Loss);
        IReadOnlyList<RunPredictions> predictions =
            [.. result.Predictions.Select(split => RunRows.Of(held.Lease.RunId, split))];
        if (assignment.Trained is not null)
        {
            var by = new PredictedBy(
                result.Device, result.CpuCapability, result.Threads, result.Host, arithmetic.Checks,
                WorkerVersions.Text);
            await StillHeldAsync(held, () => leases.PredictAgainAsync(
                held.Lease, score, test.Threshold, by, predictions, CancellationToken.None));
            return;
        }
        var outcome = new RunOutcome(
            score, result.Tensors, result.Prunings, result.CpuCapability, result.Threads,
            result.VectorsSha256 is { Length: > 0 } sha ? sha : null, WorkerVersions.Text, result.Host,
            arithmetic.Checks, assignment.ObserveEpochs, result.PretrainedSha256, test.Threshold,
            PoolerDrawn: result.PoolerDrawn, MicroBatch: assignment.MicroBatch);
        await StillHeldAsync(held, () => leases.SucceedAsync(
            held.Lease, new RunResult(outcome, result.Device, predictions, KeptOf(result.Model)),
            CancellationToken.None));
        if (assignment.MicroBatch is not null)
        {
            await WithDatabaseAsync(held, db => FittingBatches.ConfirmAsync(
                db, held.Lease.RunId, RecipeFingerprint.Of(assignment.Recipe.Dense), device, held.Stopped));
        }
    }

    public async Task NoteAsync(HeldRun held, string note) =>
        await DatabaseRetry.PersistAsync(
            () => leases.NoteAsync(held.Lease, ReadableText.Lines(note), held.Stopped), time, held.Stopped);

    /// <summary>
    /// Notes on the run that memory ran out, and halves for its next attempt on this kind of device the number of
    /// examples that are computed at once.
    /// </summary>
    /// <exception cref="TrainerFailedException">Fewer are not possible.</exception>
    public async Task ExhaustedAsync(
        HeldRun held, TrainingAssignment assignment, string device, MemoryExhaustedException failure)
    {
        var recipe = assignment.Recipe;
        var size = Math.Min(assignment.MicroBatch ?? int.MaxValue, recipe.Hyperparameters.BatchSize);
        if (size == 1 || assignment.Trained is not null)
        {
            throw new TrainerFailedException(
                $"Memory ran out on {device}{(size == 1 ? ", with a single example at once" : "")}: set a smaller "
                    + $"maxLength, or train on a device with more memory. {failure.Message}");
        }
        var half = size / 2;
        var reason = ReadableText.Lines(failure.Message).Split('\n')[0];
        reason = $"Memory ran out with {size} examples at once on {device}: {reason}";
        await WithDatabaseAsync(
            held, db => FittingBatches.TryAsync(db, held.Lease.RunId, device, half, reason, held.Stopped));
        await NoteAsync(held, $"{reason} The run was tried again with {half}, and adds their gradients up.");
    }

    private Task<bool> WithDatabaseAsync(HeldRun held, Func<PieDbContext, Task> change) => DatabaseRetry.PersistAsync(
        async () =>
        {
            await using var db = await contexts.CreateDbContextAsync(held.Stopped);
            await change(db);
            return true;
        },
        time, held.Stopped);

    public Task OutcomeAsync(RunLease lease, TrainingOutcome outcome) => outcome.Change switch
    {
        RowChange.None => Task.CompletedTask,
        RowChange.Yield => PersistAsync(() => leases.YieldAsync(lease, CancellationToken.None)),
        RowChange.Retry => FailAsync(lease, outcome.Message, retry: true),
        RowChange.Fail => FailAsync(lease, outcome.Message, retry: false),
    };

    private Task<bool> FailAsync(RunLease lease, string message, bool retry) =>
        PersistAsync(() => leases.FailAttemptAsync(lease, ReadableText.Lines(message), retry, CancellationToken.None));

    private Task<bool> PersistAsync(Func<Task<bool>> say) =>
        DatabaseRetry.PersistAsync(say, time, CancellationToken.None);

    /// <summary>
    /// Records a result in the database and retries during outages; stops the run if its lease is found to be lost.
    /// </summary>
    private async Task StillHeldAsync(HeldRun held, Func<Task<bool>> say)
    {
        if (await DatabaseRetry.PersistAsync(say, time, held.Stopped)) return;
        held.Stop(StopReason.LeaseLost);
        held.Stopped.ThrowIfCancellationRequested();
    }

    private StoredCheckpoint? Stored(CheckpointFile? checkpoint) =>
        checkpoint is { } file && artifacts.Store() is { } store
            ? new StoredCheckpoint(artifacts.Relative(file.Path), file.Sha256, store)
            : null;

    private KeptModel? KeptOf(ModelExportFile? model) => model is null ? null : new(
        artifacts.Relative(model.Path),
        artifacts.Store() ?? throw new IOException(
            "The model was written, but the artifact folder can no longer be reached."),
        model.Bytes, model.Sha256);
}
