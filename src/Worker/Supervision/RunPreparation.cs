using Microsoft.EntityFrameworkCore;
using PieService.Domain.Recipes;
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

/// <summary>Prepares everything that a trainer needs for a run that this worker holds: its files and wishes.</summary>
public sealed class RunPreparation(
    DatasetCache datasets, ArtifactFolder artifacts, CheckpointFolder checkpoints, ResourceGuard guard,
    WorkerSettings settings, IDbContextFactory<PieDbContext> contexts, TimeProvider time)
{
    /// <summary>Prepares a run, and retries during outages of the database.</summary>
    /// <exception cref="WorkerUnfitException">This worker lacks a file that the run needs.</exception>
    /// <exception cref="ModelMismatchException">This worker's file differs from that of the dataset's other
    /// runs.</exception>
    /// <exception cref="InsufficientMemoryException">Too little memory is available now.</exception>
    /// <exception cref="UntrainableException">The run cannot be trained, and a retry would not help.</exception>
    /// <exception cref="WorkerFailedException">This worker's disk, or the artifact folder, fails.</exception>
    /// <param name="device">The kind of device that trains it.</param>
    public async Task<TrainingAssignment> AssignAsync(
        Run run, RunLease lease, string device, CancellationToken stopped)
    {
        try
        {
            return await DatabaseRetry.PersistAsync(() => PrepareAsync(run, lease, device, stopped), time, stopped);
        }
        catch (Exception local) when (local is IOException or UnauthorizedAccessException)
        {
            throw new WorkerFailedException(local.Message, local);
        }
    }

    private async Task<TrainingAssignment> PrepareAsync(
        Run run, RunLease lease, string device, CancellationToken stopped)
    {
        var recipe = run.Recipe!;
        var pretrained = recipe.Checkpoint is { } checkpoint
            ? Read(checkpoint, await checkpoints.FindAsync(checkpoint, stopped), stopped)
            : null;
        var tokens = await datasets.TokensAsync(run.DatasetId, pretrained?.Tokens, stopped);
        var vectors = recipe.Vectors is { } name ? await datasets.VectorsAsync(name, tokens, stopped) : null;
        await using var db = await contexts.CreateDbContextAsync(stopped);
        await RequirePinsAsync(db, run, lease, vectors, pretrained, stopped);
        var assignment = new TrainingAssignment(
            run.Id, recipe, run.Seed, tokens, vectors, artifacts.FolderOf(lease), Resume: null, Trunk: null,
            run.PredictSplits, PretrainedFolder: pretrained?.Folder);
        if (run.PredictAgain) return assignment with { Trained = TrainedModelOf(run) };

        var trunk = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.TrunkRunId, stopped);
        var observe = await LiveWishes.EpochsAsync(db, run.Id, stopped);
        return assignment with
        {
            Resume = await ResumeAsync(db, run, observe, stopped),
            Trunk = artifacts.CheckpointOf(trunk),
            Keep = await WishAsync(db, run, lease, stopped),
            ObserveEpochs = observe,
            MicroBatch = await FittingBatches.FindAsync(
                db, run.Id, RecipeFingerprint.Of(recipe.Dense), device, stopped),
        };
    }

    /// <summary>
    /// All runs of a dataset use the same content under a name; the first run decides which. The coverage of vectors is
    /// stored when they are those.
    /// </summary>
    private static async Task RequirePinsAsync(
        PieDbContext db, Run run, RunLease lease, string? vectorsPath, PretrainedBert? pretrained,
        CancellationToken stopped)
    {
        if (vectorsPath is not null)
        {
            var vectors = WordVectors.Load(vectorsPath);
            var sha256 = vectors.SourceSha256;
            await ModelPins.RequireAsync(db, run.DatasetId, ModelKind.Vectors, run.Vectors!, sha256, stopped);
            if (vectors.Coverage is { } coverage)
                await VectorCoverages.RecordAsync(db, lease, run.Recipe!.DatasetHash, sha256, coverage, stopped);
        }
        if (pretrained is not null)
        {
            await ModelPins.RequireAsync(
                db, run.DatasetId, ModelKind.Bert, run.Checkpoint!, pretrained.Sha256, stopped);
        }
    }

    private TrainedFile TrainedModelOf(Run run) => artifacts.TrainedModelOf(run) ?? throw new UntrainableException(
        "The kept model is no longer in the artifact folder, so it cannot predict again; "
        + "the earlier predictions remain.");

    /// <summary>
    /// A checkpoint after a wanted epoch that was not observed is not used: the predictions of that epoch are lost.
    /// </summary>
    private async Task<CheckpointFile?> ResumeAsync(
        PieDbContext db, Run run, IReadOnlyList<int> observe, CancellationToken stopped)
    {
        if (artifacts.CheckpointOf(run) is not { } checkpoint) return null;
        var observed = await db.RunObservations.Where(observation => observation.RunId == run.Id)
            .Select(observation => observation.Epoch).ToListAsync(stopped);
        return observe.All(epoch => epoch >= checkpoint.EpochsDone || observed.Contains(epoch)) ? checkpoint : null;
    }

    private async Task<KeptModelTarget?> WishAsync(PieDbContext db, Run run, RunLease lease, CancellationToken stopped)
    {
        if (!await LiveWishes.KeepModelAsync(db, run.Id, stopped)) return null;
        var labels = await db.Datasets.Where(dataset => dataset.Id == run.DatasetId)
            .Select(dataset => dataset.Labels).SingleAsync(stopped);
        return new KeptModelTarget(artifacts.ModelFileOf(lease), labels, WorkerVersions.Text);
    }

    private PretrainedBert Read(string checkpoint, DirectoryInfo folder, CancellationToken stopped)
    {
        PretrainedBert pretrained;
        try
        {
            pretrained = PretrainedBert.Read(folder.FullName, stopped);
            pretrained.RequireWeights();
        }
        catch (UnusableModelException changed) when (!changed.MayPass)
        {
            // The inventory found no error in it, so the file was replaced later; another worker may still have an
            // intact one.
            throw new WorkerUnfitException(
                $"The checkpoint '{checkpoint}' cannot be used: {changed.Message}", ModelKind.Bert, checkpoint);
        }
        if (!settings.IsGpu) guard.RequireMemory(checkpoint, pretrained.Config.TrainingMiB);
        return pretrained;
    }
}
