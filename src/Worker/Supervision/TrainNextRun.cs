using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Resources;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Trainers;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>Trains the run that is first in line, if there is one.</summary>
public sealed class TrainNextRun(
    RunLeases leases, LeaseKeeper keeper, WorkerIdentity worker, DatasetCache datasets, ArtifactFolder artifacts, TrainerPool trainers, TrainingSlots slots,
    Reserves reserves, WorkerSettings settings, ProvenArithmetic arithmetic, VectorFolder vectors, CheckpointFolder checkpoints, ModelShelf shelf, IDbContextFactory<PieDbContext> contexts, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<TrainNextRun> logger) : ITrainNextRun
{
    /// <param name="cancellation">Hangfire's token. It is ignored, since it also fires when a duplicate message is
    /// delivered elsewhere.</param>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        try
        {
            await slots.EnterAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        await WithSlotAsync();
    }

    /// <summary>Claims and trains a run in a slot that the caller has entered, and leaves the slot.</summary>
    internal async Task WithSlotAsync()
    {
        try
        {
            if (await ClaimAsync() is { } claimed) await TrainAsync(claimed);
        }
        finally
        {
            slots.Leave();
        }
    }

    private async Task TrainAsync(ClaimedRun claimed)
    {
        var (lease, run) = claimed;
        using var held = keeper.Hold(lease);
        try
        {
            await TrainAsync(run, held);
            WorkerLog.Succeeded(logger, run.Id);
        }
        catch (Exception stopped) when (held.Reason != StopReason.None || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The run was being stopped, so any failure is expected: the trainer may have received our signal too.
            WorkerLog.Stopped(logger, run.Id, held.Reason, stopped.Message);
            if (held.Reason != StopReason.LeaseLost) await SayAsync(() => leases.YieldAsync(lease, CancellationToken.None));
        }
        catch (WorkerUnfitException unfit)
        {
            WorkerLog.Failed(logger, run.Id, unfit.Message);
            if (unfit.Kind == ModelKind.Bert) shelf.Forget(unfit.Name);
            await SayAsync(() => leases.YieldAsync(lease, CancellationToken.None));
        }
        catch (ModelMismatchException other)
        {
            WorkerLog.Failed(logger, run.Id, other.Message);
            var reason = $"{other.Message} Then start this worker again.";
            if (other.Kind == ModelKind.Vectors) vectors.Distrust(other.Name, reason);
            else checkpoints.Distrust(other.Name, reason);
            await SayAsync(() => leases.YieldAsync(lease, CancellationToken.None));
        }
        catch (InsufficientMemoryException neighbours)
        {
            WorkerLog.Failed(logger, run.Id, neighbours.Message);
            // Idle trainers may still hold the memory that this run needs.
            trainers.EndIdle();
            await SayAsync(() => leases.YieldAsync(lease, CancellationToken.None));
        }
        catch (UntrainableException hopeless)
        {
            WorkerLog.Failed(logger, run.Id, hopeless.Message);
            await SayAsync(() => leases.FailAttemptAsync(lease, hopeless.Message, retry: false, CancellationToken.None));
        }
        catch (Exception broken)
        {
            WorkerLog.Failed(logger, run.Id, broken.Message);
            datasets.Doubt();
            await SayAsync(() => leases.FailAttemptAsync(lease, broken.Message, retry: true, CancellationToken.None));
        }
    }

    /// <summary>
    /// Returns null if no run is ready, the worker stops or is short of something, or the database is unavailable.
    /// </summary>
    private async Task<ClaimedRun?> ClaimAsync()
    {
        try
        {
            await reserves.EnoughAsync(lifetime.ApplicationStopping);
            return await leases.ClaimNextAsync(new Claimant(worker.Id, artifacts.Store(), vectors.Names(), [.. shelf.Checkpoints().Where(reserves.MayTrain)]), lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
        {
            WorkerLog.DatabaseAway(logger, away.Message);
            return null;
        }
    }

    private async Task TrainAsync(Run run, HeldRun held)
    {
        var assignment = await Database.PersistAsync(() => PrepareAsync(run, held), time, held.Stopped);
        if (assignment.Trained is not null)
        {
            WorkerLog.PredictsAgain(logger, run.Id, run.Recipe.Method, run.Sparsity, run.Seed);
        }
        else
        {
            var done = assignment.Resume?.EpochsDone ?? assignment.Trunk?.EpochsDone ?? 0;
            WorkerLog.Started(logger, run.Id, run.Recipe.Method, run.Sparsity, run.Seed, done);
        }
        var result = await trainers.TrainAsync(
            assignment,
            epoch => RecordAsync(run, held, epoch),
            warning => WorkerLog.Warned(logger, run.Id, warning),
            held.Stopped);

        var test = result.Predictions.Single(split => split.Split == Wire.Name(Split.Test));
        var score = RunScore.Of(test.Metric.Scores, test.Metric.Loss);
        IReadOnlyList<RunPredictions> predictions = [.. result.Predictions.Select(split => Packed(run.Id, split))];
        if (assignment.Trained is not null)
        {
            var by = new PredictedBy(result.Device, result.CpuCapability, result.Threads, result.Host, arithmetic.Checks, Versions);
            await StillHeldAsync(held, () => leases.PredictAgainAsync(held.Lease, score, test.Metric.Threshold, by, predictions, CancellationToken.None));
            return;
        }

        var outcome = new RunOutcome(
            score, result.Tensors, result.Prunings,
            result.CpuCapability, result.Threads, result.VectorsSha256 is { Length: > 0 } sha ? sha : null, Versions,
            result.Host, arithmetic.Checks, assignment.ObserveEpochs, result.PretrainedSha256, test.Metric.Threshold);
        await StillHeldAsync(held, () => leases.SucceedAsync(
            held.Lease, new RunResult(outcome, result.Device, predictions, KeptOf(result.Model)), CancellationToken.None));
    }

    private KeptModel? KeptOf(ModelExportFile? model) => model is null ? null : new(
        artifacts.Relative(model.Path),
        artifacts.Store() ?? throw new IOException("The model was written, but the artifact folder can no longer be reached."),
        model.Bytes, model.Sha256);

    private async Task RecordAsync(Run run, HeldRun held, EpochFinished epoch)
    {
        var record = Record(run.Id, epoch);
        await StillHeldAsync(held, () => leases.RecordEpochAsync(held.Lease, record, held.Stopped));
        // Not before: only now does no row refer to the earlier checkpoints any more.
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

    private async Task<TrainingAssignment> PrepareAsync(Run run, HeldRun held)
    {
        var pretrained = run.Recipe.Checkpoint is { } checkpoint ? Read(checkpoint, await checkpoints.FindAsync(checkpoint, held.Stopped), held.Stopped) : null;
        var tokens = await datasets.TokensAsync(run.DatasetId, pretrained?.Tokens, held.Stopped);
        var vectorFile = run.Recipe.Vectors is { } name ? await datasets.VectorsAsync(name, tokens, held.Stopped) : null;
        await using var db = await contexts.CreateDbContextAsync(held.Stopped);
        if (vectorFile is not null) await ModelPins.RequireAsync(db, run.DatasetId, ModelKind.Vectors, run.Recipe.Vectors!, WordVectors.Load(vectorFile).SourceSha256, held.Stopped);
        if (pretrained is not null) await ModelPins.RequireAsync(db, run.DatasetId, ModelKind.Bert, run.Recipe.Checkpoint!, pretrained.Sha256, held.Stopped);
        if (run.PredictAgain)
        {
            var trained = artifacts.TrainedModelOf(run) ?? throw new UntrainableException(
                "The model that was kept is not in the artifact folder any more, so it cannot predict again; the predictions are those of before.");
            return new TrainingAssignment(run.Id, run.Recipe, run.Seed, tokens, vectorFile, artifacts.FolderOf(held.Lease), null, null, run.PredictSplits, PretrainedFolder: pretrained?.Folder, Trained: trained);
        }
        var trunk = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.TrunkRunId, held.Stopped);
        var observe = await LiveWishes.EpochsAsync(db, run.Id, held.Stopped);
        return new TrainingAssignment(
            run.Id, run.Recipe, run.Seed, tokens, vectorFile, artifacts.FolderOf(held.Lease),
            await ResumeAsync(db, run, observe, held), artifacts.CheckpointOf(trunk), run.PredictSplits, await WishAsync(db, run, held), observe, pretrained?.Folder);
    }

    /// <summary>
    /// A checkpoint after a wanted epoch that was not observed is of no use: the predictions of that epoch are lost.
    /// </summary>
    private async Task<CheckpointFile?> ResumeAsync(PieDbContext db, Run run, IReadOnlyList<int> observe, HeldRun held)
    {
        if (artifacts.CheckpointOf(run) is not { } checkpoint) return null;
        var observed = await db.RunObservations.Where(observation => observation.RunId == run.Id).Select(observation => observation.Epoch).ToListAsync(held.Stopped);
        return observe.All(epoch => epoch >= checkpoint.EpochsDone || observed.Contains(epoch)) ? checkpoint : null;
    }

    private async Task<ModelWish?> WishAsync(PieDbContext db, Run run, HeldRun held)
    {
        if (!await LiveWishes.KeepModelAsync(db, run.Id, held.Stopped)) return null;
        var labels = await db.Datasets.Where(dataset => dataset.Id == run.DatasetId).Select(dataset => dataset.Labels).SingleAsync(held.Stopped);
        return new ModelWish(artifacts.ModelFileOf(held.Lease), labels, Versions);
    }

    private PretrainedBert Read(string checkpoint, DirectoryInfo folder, CancellationToken cancellation)
    {
        PretrainedBert pretrained;
        try
        {
            pretrained = PretrainedBert.Read(folder.FullName, cancellation);
            pretrained.RequireWeights();
        }
        catch (UnusableModelException changed) when (!changed.MayPass)
        {
            // The inventory found no error in it, so the file was replaced later; another worker may still have an
            // intact one.
            throw new WorkerUnfitException($"The checkpoint '{checkpoint}' cannot be used: {changed.Message}", ModelKind.Bert, checkpoint);
        }
        if (settings.Gpus == 0) reserves.RequireMemory(checkpoint, pretrained.Config.TrainingMiB);
        return pretrained;
    }

    /// <summary>
    /// Records a result in the database and retries through outages; stops the run if its lease turns out to be lost.
    /// </summary>
    private async Task StillHeldAsync(HeldRun held, Func<Task<bool>> say)
    {
        if (await Database.PersistAsync(say, time, held.Stopped)) return;
        held.Stop(StopReason.LeaseLost);
        held.Stopped.ThrowIfCancellationRequested();
    }

    private Task<bool> SayAsync(Func<Task<bool>> say) => Database.PersistAsync(say, time, CancellationToken.None);

    private EpochRecord Record(Guid runId, EpochFinished epoch) => new(
        [
            .. epoch.Metrics.Select(metric => new RunMetric
            {
                RunId = runId,
                Epoch = epoch.Epoch,
                Split = Wire.Parse<Split>(metric.Split),
                Loss = metric.Loss,
                Accuracy = metric.Scores.Accuracy,
                MacroF1 = metric.Scores.MacroF1,
                MicroF1 = metric.Scores.MicroF1,
                MacroPrecision = metric.Scores.MacroPrecision,
                MicroPrecision = metric.Scores.MicroPrecision,
                MacroRecall = metric.Scores.MacroRecall,
                MicroRecall = metric.Scores.MicroRecall,
                Threshold = metric.Threshold,
                Seconds = epoch.Seconds,
            }),
        ],
        epoch.Epoch + 1,
        epoch.Checkpoint is { } file && artifacts.Store() is { } store ? new StoredCheckpoint(artifacts.Relative(file.Path), file.Sha256, store) : null,
        epoch.Observation is not { } observation ? null : new RunObservation
        {
            RunId = runId,
            Epoch = epoch.Epoch,
            Examples = observation.Examples,
            ClassCount = observation.ClassCount,
            Classes = observation.Classes,
            Scores = observation.Scores,
        });

    private static RunPredictions Packed(Guid runId, SplitPredictions split) => new()
    {
        RunId = runId,
        Split = Wire.Parse<Split>(split.Split),
        Examples = split.Examples,
        ClassCount = split.ClassCount,
        Classes = split.Classes,
        Scores = split.Scores,
        Threshold = split.Metric.Threshold,
    };

    private static readonly string Versions = string.Join(", ", new[] { typeof(TrainNextRun).Assembly, typeof(TorchSharp.torch).Assembly }
        .Select(assembly => $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}"));
}
