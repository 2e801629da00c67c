using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>Trains the run that is first in line, if there is one.</summary>
public sealed class TrainNextRun(
    RunLeases leases, LeaseKeeper keeper, WorkerIdentity worker, DatasetCache datasets, ArtifactFolder artifacts, TrainerPool trainers, Reserves reserves,
    IDbContextFactory<PieDbContext> contexts, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<TrainNextRun> logger) : ITrainNextRun
{
    /// <param name="cancellation">Of Hangfire, and not heeded: it also fires when a duplicate message is delivered elsewhere.</param>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        if (await ClaimAsync() is not var (lease, run)) return;

        using var held = keeper.Hold(lease);
        try
        {
            await TrainAsync(run, held);
            WorkerLog.Succeeded(logger, run.Id);
        }
        catch (OperationCanceledException) when (held.Reason != StopReason.None)
        {
            WorkerLog.Stopped(logger, run.Id, held.Reason);
            if (held.Reason != StopReason.LeaseLost) await SayAsync(() => leases.YieldAsync(lease, CancellationToken.None));
        }
        catch (UntrainableException hopeless)
        {
            WorkerLog.Failed(logger, run.Id, hopeless.Message);
            await SayAsync(() => leases.FailAttemptAsync(lease, hopeless.Message, retry: false, CancellationToken.None));
        }
        catch (Exception broken)
        {
            WorkerLog.Failed(logger, run.Id, broken.Message);
            await SayAsync(() => leases.FailAttemptAsync(lease, broken.Message, retry: true, CancellationToken.None));
        }
    }

    /// <summary>Null where nothing is ready, the worker stops, or the database is away: the dispatcher rings again.</summary>
    private async Task<ClaimedRun?> ClaimAsync()
    {
        try
        {
            await reserves.EnoughAsync(lifetime.ApplicationStopping);
            return await leases.ClaimNextAsync(new Claimant(worker.Id, artifacts.Store()), lifetime.ApplicationStopping);
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
        WorkerLog.Started(logger, run.Id, run.Recipe.Method, run.Sparsity, run.Seed, assignment.Resume?.EpochsDone ?? assignment.Trunk?.EpochsDone ?? 0);
        var result = await trainers.TrainAsync(
            assignment,
            epoch => RecordAsync(run, held, epoch),
            warning => WorkerLog.Warned(logger, run.Id, warning),
            held.Stopped);

        var test = result.Predictions.Single(split => split.Split == Wire.Name(Split.Test));
        var outcome = new RunOutcome(
            new RunScore(test.Metric.Accuracy, test.Metric.MacroF1, test.Metric.Loss), result.Tensors, result.CpuCapability, result.Threads,
            result.VectorsSha256 is { Length: > 0 } sha ? sha : null, Versions);
        await StillHeldAsync(held, () => leases.SucceedAsync(
            held.Lease, outcome, result.Device, [.. result.Predictions.Select(split => Packed(run.Id, split))], CancellationToken.None));
    }

    private async Task RecordAsync(Run run, HeldRun held, EpochFinished epoch)
    {
        await StillHeldAsync(held, () => leases.RecordEpochAsync(held.Lease, Record(run.Id, epoch), held.Stopped));
        // Only now that nothing leads to the earlier ones any more.
        if (epoch.Checkpoint is not { } checkpoint) return;
        try
        {
            ArtifactFolder.RemoveBefore(checkpoint);
        }
        catch (Exception later) when (later is IOException or UnauthorizedAccessException)
        {
            WorkerLog.NotSwept(logger, later.Message);
        }
    }

    private async Task<TrainingAssignment> PrepareAsync(Run run, HeldRun held)
    {
        var tokens = await datasets.TokensAsync(run.DatasetId, held.Stopped);
        var vectors = run.Recipe.Vectors is { } name ? await datasets.VectorsAsync(name, tokens, held.Stopped) : null;
        await using var db = await contexts.CreateDbContextAsync(held.Stopped);
        if (vectors is not null) await RequireSameVectorsAsync(db, run, WordVectors.Load(vectors).SourceSha256, held.Stopped);
        var trunk = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.TrunkRunId, held.Stopped);
        return new TrainingAssignment(
            run.Id, run.Recipe, run.Seed, tokens, vectors, artifacts.FolderOf(held.Lease),
            artifacts.CheckpointOf(run), artifacts.CheckpointOf(trunk), run.PredictSplits);
    }

    /// <summary>A recipe knows its vectors by name; models on different files of that name must not be compared.</summary>
    private static async Task RequireSameVectorsAsync(PieDbContext db, Run run, string sha256, CancellationToken cancellation)
    {
        var others = await db.Database.SqlQuery<string>($"""
            SELECT outcome ->> 'vectorsSha256' AS "Value" FROM runs
            WHERE dataset_id = {run.DatasetId} AND id <> {run.Id} AND recipe ->> 'vectors' = {run.Recipe.Vectors} AND outcome ->> 'vectorsSha256' <> {sha256} LIMIT 1
            """).ToListAsync(cancellation);
        if (others is [var other])
        {
            throw new UntrainableException(
                $"This worker's word vectors '{run.Recipe.Vectors}' have the SHA-256 {sha256}, but models of this dataset were trained with {other}. Give every worker that file, or the new vectors another name.");
        }
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
        epoch.Epoch + 1,
        epoch.Checkpoint is { } file && artifacts.Store() is { } store ? new StoredCheckpoint(artifacts.Relative(file.Path), file.Sha256, store) : null);

    private static RunPredictions Packed(Guid runId, SplitPredictions split) => new()
    {
        RunId = runId,
        Split = Wire.Parse<Split>(split.Split),
        Examples = split.Examples,
        ClassCount = split.ClassCount,
        Classes = split.Classes,
        Scores = split.Scores,
    };

    private static readonly string Versions = string.Join(", ", new[] { typeof(TrainNextRun).Assembly, typeof(TorchSharp.torch).Assembly }
        .Select(assembly => $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}"));
}
