using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>Trains one run. May be called twice for the same run; the claim lets only one through.</summary>
public sealed class TrainRun(
    RunLeases leases, LeaseKeeper keeper, WorkerIdentity worker, DatasetCache datasets, ArtifactFolder artifacts, TrainerPool trainers,
    IDbContextFactory<PieDbContext> contexts, TimeProvider time, ILogger<TrainRun> logger) : ITrainRun
{
    /// <param name="cancellation">Of Hangfire, and not heeded: it also fires when a duplicate message is delivered elsewhere.</param>
    public async Task ExecuteAsync(Guid runId, CancellationToken cancellation)
    {
        if (await leases.ClaimAsync(runId, worker.Id, CancellationToken.None) is not var (lease, run)) return;

        using var held = keeper.Hold(lease);
        try
        {
            await TrainAsync(run, held);
            WorkerLog.Succeeded(logger, runId);
        }
        catch (OperationCanceledException) when (held.Reason != StopReason.None)
        {
            WorkerLog.Stopped(logger, runId, held.Reason);
            if (held.Reason == StopReason.CancelRequested) await SayAsync(() => leases.CancelAsync(lease, CancellationToken.None));
            if (held.Reason == StopReason.WorkerStopping) await SayAsync(() => leases.GiveBackAsync(lease, CancellationToken.None));
        }
        catch (UntrainableException hopeless)
        {
            WorkerLog.Failed(logger, runId, hopeless.Message);
            await SayAsync(() => leases.FailAttemptAsync(lease, hopeless.Message, retry: false, CancellationToken.None));
        }
        catch (Exception broken)
        {
            WorkerLog.Failed(logger, runId, broken.Message);
            await SayAsync(() => leases.FailAttemptAsync(lease, broken.Message, retry: true, CancellationToken.None));
        }
    }

    private async Task TrainAsync(Run run, HeldRun held)
    {
        var started = time.GetTimestamp();
        var assignment = await PrepareAsync(run, held);
        WorkerLog.Started(logger, run.Id, run.Recipe.Method, run.Sparsity, run.Seed, assignment.Resume?.EpochsDone ?? assignment.Trunk?.EpochsDone ?? 0);
        var result = await trainers.TrainAsync(
            assignment,
            epoch => StillHeldAsync(held, () => leases.RecordEpochAsync(held.Lease, Record(run.Id, epoch), held.Stopped)),
            warning => WorkerLog.Warned(logger, run.Id, warning),
            held.Stopped);

        var test = result.Predictions.Single(split => split.Split == Wire.Name(Split.Test));
        var outcome = new RunOutcome(
            new RunScore(test.Metric.Accuracy, test.Metric.MacroF1, test.Metric.Loss), result.Tensors, result.CpuCapability, result.Threads,
            result.VectorsSha256 is { Length: > 0 } sha ? sha : null, Versions, time.GetElapsedTime(started).TotalSeconds);
        await StillHeldAsync(held, () => leases.SucceedAsync(
            held.Lease, outcome, result.Device, [.. result.Predictions.Select(split => Packed(run.Id, split))], CancellationToken.None));
    }

    private async Task<TrainingAssignment> PrepareAsync(Run run, HeldRun held)
    {
        var tokens = await datasets.TokensAsync(run.DatasetId, held.Stopped);
        var vectors = run.Recipe.Vectors is { } name ? await datasets.VectorsAsync(name, tokens, held.Stopped) : null;
        await using var db = await contexts.CreateDbContextAsync(held.Stopped);
        var trunk = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.TrunkRunId, held.Stopped);
        return new TrainingAssignment(
            run.Id, run.Recipe, run.Seed, tokens, vectors, artifacts.Create(held.Lease),
            artifacts.CheckpointOf(run), artifacts.CheckpointOf(trunk), [Wire.Name(Split.Test)]);
    }

    /// <summary>Says it to the database, through outages; stops the run where the answer is that the lease is lost.</summary>
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
                Accuracy = metric.Accuracy,
                MacroF1 = metric.MacroF1,
                Seconds = epoch.Seconds,
            }),
        ],
        epoch.Checkpoint.EpochsDone, artifacts.Relative(epoch.Checkpoint.Path), epoch.Checkpoint.Sha256);

    private static RunPredictions Packed(Guid runId, SplitPredictions split) => new()
    {
        RunId = runId,
        Split = Wire.Parse<Split>(split.Split),
        Examples = split.Examples,
        ClassCount = split.ClassCount,
        Classes = split.Classes,
        Scores = split.Scores,
    };

    private static readonly string Versions = string.Join(", ", new[] { typeof(TrainRun).Assembly, typeof(TorchSharp.torch).Assembly }
        .Select(assembly => $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}"));
}
