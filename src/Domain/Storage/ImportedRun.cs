using PieService.Domain.Bundles;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// The row of a run that came with a bundle: it has ended, and has no checkpoint, no model and no worker.
/// </summary>
internal static class ImportedRun
{
    public static Run Of(Guid id, Sweep sweep, string fingerprint, RunResults results)
    {
        var (run, outcome) = (results.Run, results.Run.Outcome);
        var sparsity = run.Recipe?.Sparsity
            ?? sweep.Foreign!.Cohorts.First(cohort => cohort.Name == run.Cohort).Sparsity;
        var hasSucceeded = run.State == RunState.Succeeded;
        return new()
        {
            Id = id,
            DatasetId = sweep.DatasetId,
            SweepId = sweep.Id,
            Fingerprint = fingerprint,
            Recipe = run.Recipe,
            Cohort = run.Cohort,
            Seed = run.Seed,
            Architecture = run.Recipe?.Architecture ?? Architecture.External,
            Method = run.Recipe?.Method ?? Method.External,
            Sparsity = sparsity ?? 0,
            Vectors = run.Recipe?.Vectors,
            Checkpoint = run.Recipe?.Checkpoint,
            State = run.State,
            Priority = Priority.Normal,
            Ordinal = run.Ordinal,
            EpochsTotal = run.Recipe?.Plan.TotalEpochs ?? 0,
            EpochsDone = Math.Clamp(run.EpochsDone, 0, run.Recipe?.Plan.TotalEpochs ?? 0),
            Error = run.Error,
            Device = run.Device,
            Outcome = outcome,
            ImportedScore = run.ImportedScore,
            CpuCapability = outcome?.CpuCapability,
            Threads = outcome?.Threads,
            Gpu = outcome?.Host.Gpu,
            MicroBatch = outcome?.MicroBatch,
            ObservedEpochs = [.. run.Observed],
            PredictionHash = run.PredictionHash,
            AchievedSparsity = results.AchievedSparsity(sparsity),
            VectorTypeCoverage = run.VectorCoverage?.Types,
            VectorTokenCoverage = run.VectorCoverage?.Tokens,
            TrainingSeconds = run.TrainingSeconds,
            IsRepeatable = run.Repeatable,
            PredictSplits = [.. results.Wish.Splits.Select(Wire.Name)],
            PredictedSplits = hasSucceeded ? [.. results.Predictions.Select(of => Wire.Name(of.Split))] : null,
            CreatedAt = run.CreatedAt.ToUniversalTime(),
            StartedAt = run.StartedAt?.ToUniversalTime(),
            FinishedAt = run.FinishedAt?.ToUniversalTime(),
        };
    }
}
