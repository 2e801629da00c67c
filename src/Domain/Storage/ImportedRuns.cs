using Microsoft.EntityFrameworkCore;
using PieService.Domain.Foreign;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>Stores the runs of imported predictions, behind those that their sweep has.</summary>
internal static class ImportedRuns
{
    /// <summary>One run after the other, because the predictions of one are in memory at a time.</summary>
    /// <returns>The ids of the runs.</returns>
    public static async Task<IReadOnlyList<Guid>> AddAsync(
        PieDbContext db, Sweep sweep, PredictionImport import, ForeignPredictions predictions, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var (split, added) = (Wire.Name(import.Split), new List<Guid>());
        var first = 1 + (await db.SweepRuns.Where(link => link.SweepId == sweep.Id)
            .MaxAsync(link => (int?)link.Ordinal, cancellation) ?? -1);
        foreach (var (place, foreign) in predictions.Runs.Index())
        {
            var ordinal = first + place;
            var answers = predictions.Answers(foreign);
            var run = new Run
            {
                Id = Guid.CreateVersion7(),
                DatasetId = sweep.DatasetId,
                SweepId = sweep.Id,
                Fingerprint = ForeignFingerprint.Of(sweep.Id, foreign.Cohort.Name!),
                Cohort = foreign.Cohort.Name,
                Seed = foreign.Seed,
                Architecture = Architecture.External,
                Method = Method.External,
                Sparsity = foreign.Cohort.Sparsity ?? 0,
                AchievedSparsity = (double?)foreign.Cohort.Sparsity,
                State = RunState.Succeeded,
                Ordinal = ordinal,
                PredictSplits = [split],
                PredictedSplits = [split],
                PredictionHash = PackedPredictions.Hash(answers.Labels.Bytes, answers.Scores),
                ImportedScore = RunScore.Of(LabelCounts.Of(predictions.Gold, answers.Labels).Scores(), loss: null),
                CreatedAt = now,
                StartedAt = now,
                FinishedAt = now,
            };
            db.Runs.Add(run);
            db.SweepRuns.Add(new SweepRun
            {
                SweepId = sweep.Id,
                RunId = run.Id,
                Ordinal = ordinal,
                Model = foreign.Cohort.Model!,
                IsBaseline = foreign.Cohort.Baseline,
                WantedSplits = [split],
                WantedEpochs = [],
            });
            db.RunPredictions.Add(new RunPredictions
            {
                RunId = run.Id,
                Split = import.Split,
                Examples = answers.Labels.Count,
                ClassCount = predictions.Labels.Count,
                Classes = answers.Labels.Bytes,
                Scores = answers.Scores,
                Threshold = foreign.Threshold,
            });
            await SaveAsync(db, cancellation);
            if (predictions.Task == ForeignTask.Correctness)
                await AddAnswersAsync(db, run.Id, import, predictions, foreign, cancellation);
            added.Add(run.Id);
        }
        return added;
    }

    private static async Task AddAnswersAsync(
        PieDbContext db, Guid run, PredictionImport import, ForeignPredictions predictions, ForeignRun foreign,
        CancellationToken cancellation)
    {
        foreach (var (block, texts) in predictions.AnswerTexts(foreign).Select(RunAnswers.Stored)
            .Chunk(RunAnswers.Examples).Index())
        {
            db.RunAnswers.Add(new RunAnswers
            {
                RunId = run,
                Split = import.Split,
                Start = block * RunAnswers.Examples,
                Texts = texts,
            });
            await SaveAsync(db, cancellation);
        }
    }

    /// <summary>What is saved is not kept in memory.</summary>
    private static async Task SaveAsync(PieDbContext db, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
